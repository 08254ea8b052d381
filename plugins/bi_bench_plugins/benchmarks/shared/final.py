"""Selects the final answer of a text, and decides whether several final answers agree."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

Answer = TypeVar("Answer")

END = "</think>"
# What takes an answer back, between it and the next one.
_WITHDRAWN = re.compile(
    r"\b(?:no|wait|sorry|actually|correction|corrected|mistaken?|wrong|hold on|oops|hmm)\b",
    re.IGNORECASE,
)
_MOST = 50  # different answers that are compared with the last one; more contradict each other


class Given(NamedTuple, Generic[Answer]):
    """An answer and the characters that it takes in a text."""

    start: int
    end: int
    answer: Answer


def every(
    pattern: re.Pattern[str], text: str, read: Callable[[str], Answer]
) -> list[Given[Answer]]:
    """The answers in the first group of each match of a pattern."""
    return [Given(match.start(), match.end(), read(match[1])) for match in pattern.finditer(text)]


class Final(NamedTuple, Generic[Answer]):
    """The answer of a text, None where it has none or where several ``contradict``."""

    answer: Answer | None
    contradictory: bool = False


def final(
    text: str,
    given: Sequence[Given[Answer]],
    same: Callable[[Answer, Answer], bool] = operator.eq,
) -> Final[Answer]:
    """The last answer, if all that count say the same.

    Answers before ``</think>`` do not count where others follow it, nor does one that the words
    before the next answer take back: changing one's mind costs nothing, giving several answers
    and hoping for one earns nothing.
    """
    end = text.find(END)
    closing = [each for each in given if each.start > end >= 0] or list(given)
    if not closing:
        return Final(None)
    last = closing[-1].answer
    others: list[Answer] = []
    for each, after in pairwise(closing):
        between = text[each.end : after.start]
        if not _WITHDRAWN.search(between[:1000]) and each.answer not in (last, *others):
            others.append(each.answer)
            if len(others) > _MOST:
                return Final(None, True)
    if all(same(other, last) for other in others):
        return Final(last)
    return Final(None, True)
