"""Parses the natural tier: the answer and the steps of any text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isclose
from string import Formatter

from bi_bench.api import Stated
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression, Number
from bi_bench.api.graph import TOLERANCE
from bi_bench.api.plan import StepKind
from bi_bench_plugins.benchmarks.dyval.english import NAME, read_phrase
from bi_bench_plugins.benchmarks.dyval.natural import PHRASES
from bi_bench_plugins.benchmarks.shared.final import END, Final, every, final

_NUMBER = r"-?\d{1,18}(?:\.\d{1,18})?"
_FIELDS = {
    "name": NAME,
    "value": _NUMBER,
    "work": ".+",
    "phrase": ".+",
    "missing": f"{NAME}(?: and {NAME})*",
}
_BOX = re.compile(rf"\\boxed\{{\s*({_NUMBER})\s*\}}")
_SENTENCE = re.compile(r"(?:[^.\n]|\.(?=\d))+\.?")  # the full stop optional: linear that way
_LONGEST_SENTENCE = 2000  # characters


def parse_answer(text: str) -> Final[Number]:
    """The number in the last ``\\boxed{N}``, if no other one contradicts it; rounding does not."""
    return final(text, every(_BOX, text, _number), lambda *pair: isclose(*pair, rel_tol=TOLERANCE))


def parse_steps(text: str) -> list[Stated]:
    """The steps before ``</think>``; sentences that are none are left out."""
    return list(_steps(text.partition(END)[0]))


def _steps(text: str) -> Iterator[Stated]:
    for found in _SENTENCE.finditer(text):
        sentence = found.group().lstrip("- ")
        if not sentence.endswith(".") or len(sentence) > _LONGEST_SENTENCE:
            continue
        for kind, pattern in _PATTERNS:
            if match := pattern.fullmatch(sentence):
                start = found.end() - len(sentence)
                if step := _step(kind, match.groupdict(), start, found.end()):
                    yield step
                break


def _step(kind: StepKind, words: dict[str, str], start: int, end: int) -> Stated | None:
    name = words["name"]
    if kind == "attempt":
        return Stated(kind, name, start, end, missing=tuple(words["missing"].split(" and ")))
    chain: list[Expression | None] = []
    if kind == "read":
        chain = [_number(words["value"])]
    elif kind == "restate":
        chain = [read_phrase(words["phrase"])]
    elif kind == "compute":
        chain = [parse_expression(part, real=True) for part in words["work"].split("=")]
        if not isinstance(chain[-1], int | float):
            return None
    complete = tuple(part for part in chain if part is not None)
    return Stated(kind, name, start, end, complete) if len(complete) == len(chain) else None


def _number(text: str) -> Number:
    return float(text) if "." in text else int(text)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(
        "".join(
            re.escape(words) + (f"(?P<{field}>{_FIELDS[field]})" if field else "")
            for words, field, _, _ in Formatter().parse(template)
        )
    )


_PATTERNS = [(kind, _pattern(text)) for kind, texts in PHRASES.items() for text in texts]
