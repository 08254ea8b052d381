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
REFERENCE_N = 2000  # problems of 15 to 20 operations that were measured
REFERENCE_TEST_SET = 500
INTEGERS = Setting(None)


class Sample(NamedTuple):
    failed: int
    too_large: int
    zeros_dropped: int
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


def sample(ops: tuple[int, int], n: int = N, zero_filter: float = 0.0) -> Sample:
    rng = random.Random(f"conformance {ops}")
    failed = too_large = zeros_dropped = 0
    draws: list[Draw] = []
    words: list[int] = []
    while len(draws) < n:
        draw = draw_necessary(rng, ops, INTEGERS)
        if draw is None:
            failed += 1
        elif abs(answer := draw.values[draw.target]) >= 1000:
            too_large += 1
        elif not answer and rng.random() < zero_filter:
            zeros_dropped += 1
        else:
            draws.append(draw := with_redundant(rng, draw, INTEGERS))
            graph = graph_of(rng, draw, phrase_names(rng, draw), None)
            words.append(len(natural.question(graph, natural.stated(graph)).split()))
    return Sample(failed, too_large, zeros_dropped, draws, words)


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


def rejected(what: str, target: float, drawn: Sample, reference_n: int) -> Row:
    dropped = drawn.too_large + drawn.zeros_dropped
    total = dropped + len(drawn.draws)
    return share(what, target, dropped, total, round(reference_n / (1 - target)))


def zeros(target: float, drawn: Sample, reference_n: int) -> Row:
    hits = sum(draw.values[draw.target] == 0 for draw in drawn.draws)
    return share("answers that are 0", target, hits, len(drawn.draws), reference_n)


def median_size(target: float, drawn: Sample, reference_n: int) -> Row:
    answers = sorted(abs(draw.values[draw.target]) for draw in drawn.draws)
    n = len(answers)
    # Order statistics one standard error below and above the median.
    low, high = (answers[round((n + sign * math.sqrt(n)) / 2)] for sign in (-1, 1))
    error = (high - low) / 2 * math.sqrt(1 + n / reference_n)
    return Row("median |answer|", target, answers[n // 2], 0.5 + 3 * error)


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
    n = 2 * N  # the median of the answers is a noisy number
    drawn = sample((15, 20), n)
    ops = Counter(draw.operations for draw in drawn.draws)
    degrees = Counter(degree for draw in drawn.draws for degree in dependencies(draw))
    abstract = [sum(map(draw.structure.is_abstract, draw.order)) for draw in drawn.draws]
    attempts = drawn.failed + drawn.too_large + n
    reference_attempts = round(REFERENCE_N / 0.49 / 0.81)
    check(
        [
            share("draw failures", 0.19, drawn.failed, attempts, reference_attempts),
            rejected("rejected for |answer| >= 1000", 0.51, drawn, REFERENCE_N),
            *(
                share(f"share of {number} operations", target, ops[number], n, REFERENCE_N)
                for number, target in zip(
                    range(15, 21), (0.37, 0.27, 0.16, 0.11, 0.07, 0.03), strict=True
                )
            ),
            mean("necessary quantities", 12.0, necessary(drawn), REFERENCE_N),
            mean("of these abstract", 3.4, abstract, REFERENCE_N),
            mean(
                "redundant quantities",
                2.6,
                [len(draw.redundant) for draw in drawn.draws],
                REFERENCE_N,
            ),
            *(
                share(
                    f"instances with {k} dependencies",
                    target,
                    degrees[k],
                    degrees.total(),
                    round(REFERENCE_N * 8.6),
                )
                for k, target in zip(range(1, 5), (0.32, 0.40, 0.20, 0.08), strict=True)
            ),
            question_words(201, drawn.words),
            median_size(111, drawn, REFERENCE_N),
            zeros(0.178, drawn, REFERENCE_N),
        ]
    )


def test_twenty_operations() -> None:
    drawn = sample((20, 20))
    check(
        [
            rejected("rejected for |answer| >= 1000", 0.64, drawn, REFERENCE_TEST_SET),
            mean("necessary quantities", 14.5, necessary(drawn), REFERENCE_TEST_SET),
            question_words(218, drawn.words),
            zeros(0.23, drawn, REFERENCE_TEST_SET),
        ]
    )


def test_twenty_five_operations() -> None:
    # From 21 operations on the released scripts drop 60 per cent of the problems with answer 0;
    # the reference's rejection rate is read as all that they drop.
    drawn = sample((25, 25), zero_filter=0.6)
    check(
        [
            rejected("rejected for size or 0", 0.78, drawn, REFERENCE_TEST_SET),
            mean("necessary quantities", 16.9, necessary(drawn), REFERENCE_TEST_SET),
            question_words(249, drawn.words),
            zeros(0.166, drawn, REFERENCE_TEST_SET),
        ]
    )
