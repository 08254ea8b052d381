"""Extracts the final answer of a text, for verifiers that read more than numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bi_bench_plugins.benchmarks.shared.final import Final, Given, final
from bi_bench_plugins.benchmarks.word_problems.extract import final_answer

LONGEST = 4000  # characters of an answer; a longer one is none
_TAG = re.compile(r"<(/?)answer>")
_BOXED = re.compile(r"\s*\\boxed\s*\{.*\}\s*", re.DOTALL)


def given_answer(text: str) -> Final[str]:
    r"""The text between the last pair of answer tags, else in the last ``\boxed{}``.

    A box that is all there is between the tags is opened too.
    """
    given = list(_tagged(text))
    return final(text, given, _same) if given else final_answer(text)


def _tagged(text: str) -> Iterator[Given[str]]:
    start = -1
    for tag in _TAG.finditer(text):
        if not tag[1]:
            start = tag.end()
        elif start >= 0:
            inner = text[start : tag.start()]
            if len(inner) <= LONGEST and inner.strip():
                yield Given(start, tag.end(), _opened(inner).strip("\n"))
            start = -1


def _opened(inner: str) -> str:
    return (final_answer(inner).answer or inner) if _BOXED.fullmatch(inner) else inner


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()
