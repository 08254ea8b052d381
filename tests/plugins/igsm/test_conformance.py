"""The generator against what was measured on the one that BRIDGE released.

Reference values are rounded as stated and come from finite samples: 2,000 problems of 15 to 20
operations and the 500 problems of each test set. A value passes within its rounding and three
standard errors of both samples together.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter
from typing import NamedTuple

import pytest

from bi_bench_plugins.benchmarks.igsm import natural
from bi_bench_plugins.benchmarks.igsm.draw import Draw, draw_necessary, with_redundant
from bi_bench_plugins.benchmarks.igsm.equations import Setting
from bi_bench_plugins.benchmarks.igsm.names import phrase_names
from bi_bench_plugins.benchmarks.igsm.problems import graph_of

N = 2000
INTEGERS = Setting(None)


class Sample(NamedTuple):
    failed: int
    too_large: int
    draws: list[Draw]
    words: list[int]


class Row(NamedTuple):
    what: str
    target: float
    measured: float
    tolerance: float

    @property
    def passes(self) -> bool:
        return abs(self.target - self.measured) <= self.tolerance


def sample(ops: tuple[int, int], zero_filter: float = 0.0) -> Sample:
    rng = random.Random(f"conformance {ops}")
    failed = too_large = 0
    draws: list[Draw] = []
    words: list[int] = []
    while len(draws) < N:
        draw = draw_necessary(rng, ops, INTEGERS)
        if draw is None:
            failed += 1
        elif abs(answer := draw.values[draw.target]) >= 1000:
            too_large += 1
        elif answer or rng.random() >= zero_filter:
            draws.append(draw := with_redundant(rng, draw, INTEGERS))
            graph = graph_of(rng, draw, phrase_names(rng, draw), None)
            words.append(len(natural.question(graph, natural.stated(graph)).split()))
    return Sample(failed, too_large, draws, words)


def share(what: str, target: float, hits: int, total: int, reference_total: int) -> Row:
    measured = hits / total
    error = math.sqrt(target * (1 - target) * (1 / total + 1 / reference_total))
    return Row(what, target, measured, 0.005 + 3 * error)


def mean(what: str, target: float, values: list[int], reference_total: int) -> Row:
    error = statistics.stdev(values) * math.sqrt(1 / len(values) + 1 / reference_total)
    return Row(what, target, statistics.mean(values), 0.05 + 3 * error)


def question_words(target: int, words: list[int]) -> Row:
    # The sentences have the original's form, the things in them other names.
    return Row("question words", target, statistics.mean(words), 0.08 * target)


def rejected(target: float, drawn: Sample, reference_accepted: int) -> Row:
    total = drawn.too_large + len(drawn.draws)
    reference_total = round(reference_accepted / (1 - target))
    return share("rejected for |answer| >= 1000", target, drawn.too_large, total, reference_total)


def necessary(drawn: Sample) -> list[int]:
    return [len(draw.order) for draw in drawn.draws]


def check(rows: list[Row]) -> None:
    lines = [f"{'':32}{'target':>9}{'measured':>10}{'tolerance':>11}"]
    lines += [
        f"{row.what:32}{row.target:9.3f}{row.measured:10.3f}{row.tolerance:11.3f}"
        f"{'' if row.passes else '   <-- off'}"
        for row in rows
    ]
    table = "\n".join(lines)
    print(table)
    if not all(row.passes for row in rows):
        pytest.fail("the generator has drifted from the reference:\n" + table, pytrace=False)


def dependencies(draw: Draw) -> list[int]:
    instances = [p for p in draw.order if not draw.structure.is_abstract(p)]
    forms = [draw.forms[parameter] for parameter in instances]
    return [len(form.parents) + (form.outer != "") for form in forms]


def test_fifteen_to_twenty_operations() -> None:
    drawn = sample((15, 20))
    ops = Counter(draw.operations for draw in drawn.draws)
    degrees = Counter(degree for draw in drawn.draws for degree in dependencies(draw))
    abstract = [sum(map(draw.structure.is_abstract, draw.order)) for draw in drawn.draws]
    answers = sorted(abs(draw.values[draw.target]) for draw in drawn.draws)
    # The order statistics one standard error of the median apart from it, on both sides.
    low, high = (answers[round(N / 2 + sign * math.sqrt(N) / 2)] for sign in (-1, 1))
    attempts = drawn.failed + drawn.too_large + N
    zeros = sum(answer == 0 for answer in answers)
    check(
        [
            share("draw failures", 0.19, drawn.failed, attempts, 5000),
            rejected(0.51, drawn, N),
            *(
                share(f"share of {number} operations", target, ops[number], N, N)
                for number, target in zip(
                    range(15, 21), (0.37, 0.27, 0.16, 0.11, 0.07, 0.03), strict=True
                )
            ),
            mean("necessary quantities", 12.0, necessary(drawn), N),
            mean("of these abstract", 3.4, abstract, N),
            mean("redundant quantities", 2.6, [len(draw.redundant) for draw in drawn.draws], N),
            *(
                share(f"instances with {k} dependencies", target, degrees[k], degrees.total(), 17000)
                for k, target in zip(range(1, 5), (0.32, 0.40, 0.20, 0.08), strict=True)
            ),
            question_words(201, drawn.words),
            Row("median |answer|", 111, answers[N // 2], 0.5 + 3 * math.sqrt(2) * (high - low) / 2),
            share("answers that are 0", 0.178, zeros, N, N),
        ]
    )


def test_twenty_operations() -> None:
    drawn = sample((20, 20))
    zeros = sum(draw.values[draw.target] == 0 for draw in drawn.draws)
    check(
        [
            rejected(0.64, drawn, 500),
            mean("necessary quantities", 14.5, necessary(drawn), 500),
            question_words(218, drawn.words),
            share("answers that are 0", 0.23, zeros, N, 500),
        ]
    )


def test_twenty_five_operations() -> None:
    # From 21 operations on the released scripts drop 60 per cent of the problems with answer 0.
    drawn = sample((25, 25), zero_filter=0.6)
    zeros = sum(draw.values[draw.target] == 0 for draw in drawn.draws)
    check(
        [
            mean("necessary quantities", 16.9, necessary(drawn), 500),
            question_words(249, drawn.words),
            share("answers that are 0", 0.166, zeros, N, 500),
        ]
    )
