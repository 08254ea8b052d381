"""Parses the steps of a worded solution, for the step verifier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bi_bench.api import Stated
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression, references
from bi_bench_plugins.benchmarks.word_problems.phrases import patterns

_LONGEST_LINE = 4000
_RETURNS, _RESTATEMENTS = patterns("return"), patterns("restatement")
_COMPUTATIONS, _ATTEMPTS = patterns("computation"), patterns("attempt")
_MISSING = re.compile(r"\b([A-Z]) \(")
_SPELLED = (("plus", "+"), ("minus", "-"), ("times", "*"), ("divided by", "/"))


def parse_steps(text: str) -> list[Stated]:
    """The steps before ``</think>``, one or more a line; lines that state none are left out."""
    steps: list[Stated] = []
    place = 0
    for line in text.partition("</think>")[0].splitlines(keepends=True):
        if line.startswith("- ") and len(line) <= _LONGEST_LINE:
            steps += _line(line[2:].rstrip("\n"), place + 2)
        place += len(line)
    return steps


def _line(line: str, place: int) -> Iterator[Stated]:
    end = place + len(line)
    for pattern in _RETURNS:
        if match := pattern.match(line):
            yield Stated("return", match["letter"], place, end)
    rest = line
    last = _last(_COMPUTATIONS, line) or _last(_ATTEMPTS, line)
    if last:
        rest = line[: last.start()]
    for pattern in _RESTATEMENTS:
        for match in pattern.finditer(rest):
            if (equation := _spelled(match["phrase"])) is not None:
                yield Stated("restate", match["letter"], place, end, (equation,))
    if last is None:
        return
    if "work" in last.groupdict():
        chain = _chain(last["work"])
        if chain:
            yield Stated("compute", last["letter"], place, end, chain)
    else:
        missing = tuple(_MISSING.findall(last["missing"]))
        yield Stated("attempt", last["letter"], place, end, missing=missing)


def _last(kind: list[re.Pattern[str]], line: str) -> re.Match[str] | None:
    """The match that ends a line; the words before it may hold anything."""
    found = (m for pattern in kind for m in pattern.finditer(line) if m.end() == len(line))
    return max(found, key=lambda match: match.start(), default=None)


def _chain(work: str) -> tuple[Expression, ...]:
    chain = [parse_expression(part, real=True) for part in work.split("=")]
    complete = tuple(part for part in chain if part is not None)
    if len(complete) < len(chain) or len(chain) < 2 or not isinstance(complete[-1], int):
        return ()
    # Where nothing is put in, the equation is the numbers too, and is said once.
    return complete if references(complete[0]) else (complete[0], *complete)


def _spelled(phrase: str) -> Expression | None:
    for word, sign in _SPELLED:
        phrase = phrase.replace(word, sign)
    return parse_expression(phrase, real=True)
