"""Turns GSM8K's calculator annotations (``<<6*4=24>>``) into a reasoning graph.

Every annotation becomes a quantity with a letter for a name. A number in it that an earlier
annotation resulted in is a reference, any other a constant. Where that is not certain there is no
graph: a graph that says the wrong thing is worse than none.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite
from typing import NamedTuple

from bi_bench.api import GraphError, Quantity, ReasoningGraph
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression, evaluate, leaves, references, render

ANNOTATION = re.compile(r"<<([^<>\n]*)>>")
_BROKEN = re.compile(r"<<|>>")  # what is left where one half of an annotation is missing
_OPENED = re.compile(r"<<([^<>\s=]+)=[^<>\s]*")
_CLOSED = re.compile(r"(?:([^<>\s=]+=)\1)?[^<>\s]*>>")
NUMBER = re.compile(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|\.\d)")
_LETTERS = "BCDEFGHJKLMNPQRSTUVWXYZ"  # without those that are words (A, I) or look like a zero
_MOST_STEPS = 12
_SPELLED = {"zero": 0, "one": 1, "single": 1, "two": 2, "twice": 2, "double": 2, "pair": 2}
_SPELLED |= {"couple": 2, "three": 3, "thrice": 3, "triple": 3, "four": 4, "five": 5, "six": 6}
_SPELLED |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12}


class NoGraph(ValueError):  # noqa: N818 - an answer, no error
    """Why the annotations of a solution do not make a graph; short, because it is counted."""


class Sketch(NamedTuple):
    """A graph, and which letter stands for which number of the solution in words.

    ``named``: the letters of the results that no other number of the problem equals.
    """

    graph: ReasoningGraph
    named: Mapping[int, str]


def graph_of(question: str, solution: str, answer: str) -> Sketch:
    """The graph of a solution with annotations; raises NoGraph where they do not make one."""
    if _BROKEN.search(ANNOTATION.sub("", solution)):
        raise NoGraph("an annotation cannot be read")
    steps = [_step(text) for text in ANNOTATION.findall(solution)]
    if not steps:
        raise NoGraph("no annotations")
    if len(steps) > _MOST_STEPS:
        raise NoGraph("too many steps")
    letters = _letters(question, solution, len(steps))
    values = [value for _, value in steps]
    if Fraction(answer) != values[-1]:
        raise NoGraph("the last step is not the answer")
    named = _named(question, values, letters)
    quantities: list[Quantity] = []
    for place, ((equation, value), letter) in enumerate(zip(steps, letters, strict=True)):
        before = set(values[:place])
        if any(leaf in before and leaf not in named for leaf in leaves(equation)):
            raise NoGraph("a number could be two things")
        earlier = {number: named[number] for number in before if number in named}
        quantities.append(Quantity(letter, _linked(equation, earlier), value))
    used = {parent for quantity in quantities for parent in quantity.parents}
    if any(letter not in used for letter in letters[:-1]):
        raise NoGraph("a step leads nowhere")
    try:
        return Sketch(ReasoningGraph(tuple(quantities), letters[-1]), named)
    except GraphError:
        raise NoGraph("wrong arithmetic") from None


def without_annotations(solution: str) -> str:
    """The prose of a solution alone, whatever is left of broken annotations."""
    prose = ANNOTATION.sub("", solution)
    prose = _CLOSED.sub(lambda half: half[1] or "", _OPENED.sub(_result, prose))
    prose = _BROKEN.sub("", prose)
    return "\n".join(line.rstrip() for line in prose.strip().splitlines())


def _result(half: re.Match[str]) -> str:
    """The value of the sum of an annotation without an end: where its digits end is not marked."""
    sum_ = parse_expression(half[1], real=True)
    result = None if sum_ is None or references(sum_) else evaluate(sum_)
    return str(result) if result is not None and isfinite(result) else ""


def _step(annotation: str) -> tuple[Expression, int]:
    work, equals, value = (
        annotation.replace("$", "").replace(",", "").replace("÷", "/").partition("=")
    )
    if not equals:
        raise NoGraph("an annotation cannot be read")
    if "%" in annotation:
        raise NoGraph("per cent")
    if "." in annotation:
        raise NoGraph("decimals")
    equation, result = parse_expression(work, real=True), parse_expression(value)
    if equation is None or references(equation) or not isinstance(result, int):
        raise NoGraph("an annotation cannot be read")
    if isinstance(equation, int):
        raise NoGraph("a step without an operation")
    if evaluate(equation) != result:
        raise NoGraph("wrong arithmetic")
    # As it will be read back: brackets that change nothing are gone.
    return parse_expression(render(equation), real=True) or equation, result


def _letters(question: str, solution: str, count: int) -> list[str]:
    """Letters that the texts do not use, in an order that says nothing about the solution."""
    taken = set(re.findall(r"\b[A-Z]\b", f"{question} {solution}"))
    free = [letter for letter in _LETTERS if letter not in taken]
    if len(free) < count:
        raise NoGraph("too few letters")
    return random.Random(question).sample(free, count)


def _named(question: str, values: Sequence[int], letters: Sequence[str]) -> dict[int, str]:
    given = {Fraction(number.replace(",", "")) for number in NUMBER.findall(question)}
    given |= {
        Fraction(_SPELLED[w]) for w in re.findall("[a-z]+", question.lower()) if w in _SPELLED
    }
    counts = Counter(values)
    return {
        value: letter
        for value, letter in zip(values, letters, strict=True)
        if counts[value] == 1 and value not in given
    }


def _linked(expression: Expression, letters: Mapping[int, str]) -> Expression:
    if isinstance(expression, tuple):
        return (expression[0], *(_linked(operand, letters) for operand in expression[1:]))
    return letters.get(expression, expression) if isinstance(expression, int) else expression
