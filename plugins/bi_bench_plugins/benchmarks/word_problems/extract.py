r"""Extracts the answers of a text: its boxes, or without any its ``####`` lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bi_bench_plugins.benchmarks.shared.final import Final, Given, final
from bi_bench_plugins.benchmarks.word_problems.answers import LONGEST, is_number_line, same

_TOKEN = re.compile(r"\\(?:boxed|fbox)\s*\{|\\.|[{}]", re.DOTALL)
# What a box holds that only says where the answer belongs.
_NOTHING = re.compile(
    r"(?:(?:your|the|my|final) ){0,3}(?:answer|result)|[.…?_ ]*|\\[lc]?dots", re.IGNORECASE
)
# Without braces: a number, a fraction, a single letter or symbol.
_BARE = re.compile(
    r"\\(?:boxed|fbox)(?:\s+|(?=[\d\\.$-]))(?P<bare>[-+]?(?:\\?\$)?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:/\d+)?%?|"
    r"[-+]?\\[dt]?frac\s*\d\s*\d|[-+]?\\[A-Za-z]+(?:\s*\{[^{}]{0,100}\}){0,2}|[A-Za-z](?![A-Za-z]))"
)
_LINE = re.compile(rf"^[ \t]*####(?!#)[ \t]*(\S[^\n]{{0,{LONGEST}}})$", re.MULTILINE)


def final_answer(text: str) -> Final[str]:
    r"""The content of the last box of a text, or without any box its last ``####`` line with a number.

    The released code of BRIDGE rewards the first box. The last one is what a solution ends with:
    taking back an earlier answer must not cost the reward, and guessing first must not earn it.
    """
    return final(text, _given(text), same)


def last_answer(text: str) -> str | None:
    """The last one of a reference solution, which may put parts of its answer into several boxes."""
    given = _given(text)
    return given[-1].answer if given else None


def _given(text: str) -> list[Given[str]]:
    lines = _LINE.finditer(text)
    return list(_boxes(text)) or [
        Given(match.start(), match.end(), match[1].strip())
        for match in lines
        if is_number_line(match[1])
    ]


def _boxes(text: str) -> Iterator[Given[str]]:
    """The complete boxes that hold something and lie in no other one."""
    found = [Given(match.start(), match.end(), match["bare"]) for match in _BARE.finditer(text)]
    opened: list[re.Match[str] | None] = []
    for token in _TOKEN.finditer(text):
        if token.group().endswith("{") and token.group() != r"\{":
            opened.append(token if len(token.group()) > 1 else None)
        elif token.group() == "}" and opened and (box := opened.pop()):
            inner = text[box.end() : token.start()].strip()
            if not _NOTHING.fullmatch(inner) and token.start() - box.end() <= LONGEST:
                found.append(Given(box.start(), token.end(), inner))
    end = 0
    for each in sorted(found):
        if each.start >= end:
            end = each.end
            yield each
