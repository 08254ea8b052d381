"""Words GSM8K solutions step by step, in the sentences of their annotations."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from bi_bench.api import Quantity, Voice
from bi_bench.api.expression import Expression, Number, render
from bi_bench.api.speech import Said
from bi_bench_plugins.benchmarks.word_problems.annotations import (
    ANNOTATION,
    NUMBER,
    NoGraph,
    Sketch,
)
from bi_bench_plugins.benchmarks.word_problems.phrases import PHRASES

PROMPT_END = "\n<think>\n"
_RESULT = re.compile(r"<<[^<>\n]*>>\s*\$?(-?\d+(?:,\d{3})*(?:\.\d+)?)?")
_SIGNS = (("+", "plus"), ("-", "minus"), ("*", "times"), ("/", "divided by"))


def closing(answer: str) -> str:
    """The end of the thinking and the answer in a box."""
    return f"</think>\n<answer>\\boxed{{{answer}}}</answer>"


def words_of(sketch: Sketch, solution: str) -> dict[str, str]:
    """The sentence of each quantity: the line of its annotation, and the lines before without any.

    Letters stand for results, also where a later line uses them, so that a sentence says what is
    looked for and never how much that is. Raises NoGraph if a result is not the one annotated.
    """
    letters = [quantity.name for quantity in sketch.graph.quantities]
    values = {quantity.name: quantity.value for quantity in sketch.graph.quantities}
    words: dict[str, str] = {}
    before = ""
    for line in solution.split("\n"):  # as ANNOTATION sees lines
        mine = [letters.pop(0) for _ in ANNOTATION.findall(line)]
        # Whatever the annotation says, the text after it must say the same.
        shown = [match[1] for match in _RESULT.finditer(line)]
        for name, result in zip(mine, shown, strict=True):
            if result is not None and _value(result) != values[name]:
                raise NoGraph("a sentence states another result")
        for name in mine:
            line = _RESULT.sub(name, line, count=1)
        said = _masked(line, sketch.named)
        before = f"{before} {said.strip()}".strip()
        if mine:
            before += "" if before.endswith((".", "!", "?")) else "."
            words |= dict.fromkeys(mine, before)
            before = ""
    return words


class WordVoice(Voice):
    """Lines such as ``- K: She sells 9 jars, so M-9=K jars are left. Then K = M - 9 = 24 - 9 = 15.``

    ``words``: the sentence of each quantity. Phrases are drawn node by node, so leaving steps out
    changes nothing about the words of the others. ``variant``: one phrase of each kind throughout.
    """

    line_start = "- "

    def __init__(
        self, words: Mapping[str, str], wording: str = "", variant: int | None = None
    ) -> None:
        self.words, self.wording, self.variant = words, wording, variant
        self.opening = self._choose("opening", "") + "\n"

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """Never used: the numbers of the question are constants, every quantity is computed."""
        raise TypeError("a word problem has nothing to read but constants")

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``K: She sells 9 jars, so M-9=K jars are left. Then K = M - 9 = 24 - 9``."""
        work = _compact(render(quantity.equation))
        if quantity.parents:
            work += f" = {_compact(render(numeric))}"
        computation = self._say("computation", quantity, work=work).removesuffix(".")
        if quantity.name in said.attempted:  # its sentence has been said
            return computation
        return f"{self._say('naming', quantity)} {computation}"

    def subgoal(self, expression: Expression) -> str:
        """``= 2 * 7``."""
        return f"= {_compact(render(expression))}"

    def result(self, quantity: Quantity, value: Number) -> str:
        """``= 15.``."""
        return f"= {value}."

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``K: She sells ... left. But M (She has 6*4=M jars) is not known yet, so ...``."""
        unsolved = " and ".join(f"{name} ({self.words[name].rstrip('.')})" for name in missing)
        are = "is" if len(missing) == 1 else "are"
        attempt = self._say("attempt", quantity, missing=unsolved, are=are)
        return f"{self._say('naming', quantity)} {attempt}"

    def back(self, quantity: Quantity) -> str:
        """``Back to K: She sells 9 jars, so M-9=K jars are left.``."""
        return self._say("return", quantity)

    def restate(self, quantity: Quantity) -> str:
        """``Recall that K is M minus 9.``."""
        phrase = _compact(render(quantity.equation))
        for sign, word in _SIGNS:
            phrase = phrase.replace(f" {sign} ", f" {word} ")
        return self._say("restatement", quantity, phrase=phrase)

    def closing(self, quantity: Quantity, value: Number) -> str:
        """The answer in words, the end of the thinking, the answer in a box."""
        answer = self._choose("answer", quantity.name).format(value=value)
        return f"{answer}\n{closing(str(value))}"

    def _say(self, kind: str, quantity: Quantity, **fields: str) -> str:
        words = self.words[quantity.name]
        fields = {"letter": quantity.name, "words": words, **fields}
        return self._choose(kind, quantity.name).format(**fields)

    def _choose(self, kind: str, name: str) -> str:
        phrases = PHRASES[kind]
        if self.variant is not None:
            return phrases[self.variant % len(phrases)]
        return random.Random(f"{self.wording}/{name}/{kind}").choice(phrases)


def _masked(line: str, named: Mapping[int, str]) -> str:
    def letter(match: re.Match[str]) -> str:
        value = _value(match.group())
        return named.get(int(value), match.group()) if value.denominator == 1 else match.group()

    return NUMBER.sub(letter, line)


def _value(number: str) -> Fraction:
    return Fraction(number.replace(",", ""))


def _compact(text: str) -> str:
    return text.replace("( ", "(").replace(" )", ")")
