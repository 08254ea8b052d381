"""Parses the embedded tier: the answer and the steps of any text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from bi_bench.api import Stated
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.shared.final import END, Final, every, final

_WORD = re.compile(r"\S+")
_NAME = re.compile(r"[a-zA-Z]")
_NUMBER = re.compile(r"-?\d{1,18}")
_ANSWER = re.compile(r"<answer>\s*(-?\d{1,18})\s*</answer>")
_LONGEST_STEP = 500  # words


def parse_answer(text: str) -> Final[int]:
    """The number in the last ``<answer> N </answer>``, if no other one contradicts it."""
    return final(text, every(_ANSWER, text, int))


def parse_steps(text: str) -> list[Stated]:
    """The steps before ``</think>``; segments that are none are left out."""
    return [
        step
        for words, start, end in segments(text)
        if len(words) <= _LONGEST_STEP and (step := _step(words, start, end))
    ]


def segments(text: str) -> Iterator[tuple[list[str], int, int]]:
    """The words before ``</think>`` up to each ``;``, with the characters that they take."""
    words: list[str] = []
    start = 0
    for match in _WORD.finditer(text):
        if match.group() == END:
            return
        if not words:
            start = match.start()
        if match.group() == ";":
            yield words, start, match.end()
            words = []
        else:
            words.append(match.group())


def _step(words: list[str], start: int, end: int) -> Stated | None:
    match words:
        case [name, value] if is_name(name) and _is_number(value):
            return Stated("read", name, start, end, (int(value),))
        case ["back", name] if is_name(name):
            return Stated("return", name, start, end)
        case ["recall", name, value] if is_name(name) and _is_number(value):
            return Stated("restate", name, start, end, (int(value),))
        case ["recall", name, ":", *rest] if is_name(name):
            equation = parse_expression(" ".join(rest))
            return None if equation is None else Stated("restate", name, start, end, (equation,))
        case ["try", name, "need", *missing] if is_name(name) and all(map(is_name, missing)):
            return Stated("attempt", name, start, end, missing=tuple(missing))
        case [name, ":", *rest] if is_name(name) and (chain := _chain(name, rest)):
            return Stated("compute", name, start, end, chain)
    return None


def _chain(name: str, words: list[str]) -> tuple[Expression, ...] | None:
    pieces: list[list[str]] = [[]]
    for word in words:
        if word == "=":
            pieces.append([])
        else:
            pieces[-1].append(word)
    if len(pieces) < 2:
        return None
    equation, *states, last = pieces
    if len(last) != 2 or last[0] != name or not _is_number(last[1]):
        return None
    names = parse_expression(" ".join(_without_values(equation)))
    numbers = parse_expression(" ".join(_without_names(equation)))
    expressions = [names, numbers, *(parse_expression(" ".join(state)) for state in states)]
    complete = tuple(e for e in expressions if e is not None)
    return (*complete, int(last[1])) if len(complete) == len(expressions) else None


def _without_values(words: list[str]) -> list[str]:
    return [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not (is_name(before) and _is_number(word))
    ]


def _without_names(words: list[str]) -> list[str]:
    # A name that lacks its number stays, and the verifier finds it where numbers belong.
    return [
        word
        for word, after in zip_longest(words, words[1:], fillvalue="")
        if not (is_name(word) and _is_number(after))
    ]


def is_name(word: str) -> bool:
    """True of a one-letter name."""
    return _NAME.fullmatch(word) is not None


def _is_number(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None
