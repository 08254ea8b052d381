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

from bi_bench_plugins.benchmarks.igsm import IGSMParameters, natural
from bi_bench_plugins.benchmarks.igsm.draw import Outline, draw_outline, values_of
from bi_bench_plugins.benchmarks.igsm.equations import Form, Setting
from bi_bench_plugins.benchmarks.igsm.names import phrase_names
from bi_bench_plugins.benchmarks.igsm.problems import draw_forms, graph_of

N = 2000
REFERENCE_N = 2000  # problems of 15 to 20 operations that were measured
REFERENCE_TEST_SET = 500
INTEGERS = Setting(None)
NATURAL = IGSMParameters()


class Draw(NamedTuple):
    outline: Outline
    forms: dict[int, Form]
    answer: int


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
        outline = draw_outline(rng, ops)
        if outline is None:
            failed += 1
            continue
        forms = draw_forms(rng, outline, NATURAL)
        values = values_of(outline.parameters, forms, INTEGERS)
        if abs(answer := values[outline.target]) >= 1000:
            too_large += 1
        elif not answer and rng.random() < zero_filter:
            zeros_dropped += 1
        else:
            draws.append(Draw(outline, forms, answer))
            graph = graph_of(rng, outline, forms, phrase_names(rng, outline), None)
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
    hits = sum(draw.answer == 0 for draw in drawn.draws)
    return share("answers that are 0", target, hits, len(drawn.draws), reference_n)


def median_size(target: float, drawn: Sample, reference_n: int) -> Row:
    answers = sorted(abs(draw.answer) for draw in drawn.draws)
    n = len(answers)
    # Order statistics one standard error below and above the median.
    low, high = (answers[round((n + sign * math.sqrt(n)) / 2)] for sign in (-1, 1))
    error = (high - low) / 2 * math.sqrt(1 + n / reference_n)
    return Row("median |answer|", target, answers[n // 2], 0.5 + 3 * error)


def necessary(drawn: Sample) -> list[int]:
    return [len(draw.outline.order) for draw in drawn.draws]


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


def needed_forms(draw: Draw) -> list[Form]:
    structure = draw.outline.structure
    return [draw.forms[p] for p in draw.outline.order if not structure.is_abstract(p)]


def in_degree(form: Form) -> int:
    return len(form.parents) + (form.outer != "")


def sentence(form: Form) -> str:
    """The kind of a premise, in the order in which the reference names them."""
    if form.outer:
        return ("k more" if form.outer == "+" else "k times") if form.parents else "constant"
    return {1: "same", 2: "sum or difference of two"}.get(len(form.parents), "sum of more")


def constants(drawn: Sample) -> list[Row]:
    """How often a constant is in an equation, and which sentences state the needed premises."""
    forms = [form for draw in drawn.draws for form in needed_forms(draw)]
    premises = Counter(map(sentence, forms))
    total, reference = premises.total(), round(REFERENCE_N * 8.6)
    rows = []
    for degree, target in zip(range(1, 5), (0.519, 0.746, 0.744, 0.781), strict=True):
        those = [form for form in forms if in_degree(form) == degree]
        hits = sum(form.outer != "" for form in those)
        share_of = len(those) * REFERENCE_N // len(drawn.draws)
        rows.append(share(f"constant among {degree}", target, hits, len(those), share_of))
    for kind, target in (
        ("constant", 0.17),
        ("same", 0.15),
        ("k more", 0.27),
        ("k times", 0.24),
        ("sum or difference of two", 0.10),
        ("sum of more", 0.07),
    ):
        rows.append(share(f"premise: {kind}", target, premises[kind], total, reference))
    answers = [draw.answer for draw in drawn.draws]
    negative = sum(answer < 0 for answer in answers)
    return [*rows, share("negative answers", 0.156, negative, len(answers), REFERENCE_N)]


def test_fifteen_to_twenty_operations() -> None:
    n = 2 * N  # the median of the answers is a noisy number
    drawn = sample((15, 20), n)
    ops = Counter(draw.outline.operations for draw in drawn.draws)
    degrees = Counter(
        degree for draw in drawn.draws for degree in map(in_degree, needed_forms(draw))
    )
    abstract = [
        sum(map(draw.outline.structure.is_abstract, draw.outline.order)) for draw in drawn.draws
    ]
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
                [len(draw.outline.redundant) for draw in drawn.draws],
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
            *constants(drawn),
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
