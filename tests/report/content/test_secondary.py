"""Flips, pass@k, maj@k and the split of the gain, from outcomes and from stored answers."""

from __future__ import annotations

from typing import Any

import pytest

from bi_bench.artifacts.samples import Sample, write_samples
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from tests.conftest import present
from tests.report.conftest import Suite


def report(suite: Suite) -> Report:
    return build_report(suite.results)


def answers(right: str, parsed: str, sampled: list[list[str]]) -> list[Sample]:
    """Greedy answers "1"/"0" by two texts, then the sampled ones, a text an answer."""
    rows = []
    for index, (flag, seen) in enumerate(zip(right, parsed, strict=True)):
        found = "3" if flag == "1" else "4"
        rows.append(row(index, 0, 0.0, found if seen == "1" else None, flag == "1"))
    for index, texts in enumerate(sampled):
        for number, text in enumerate(texts):
            rows.append(row(index, number, 1.0, text or None, text == "3"))
    return rows


def row(index: int, sample: int, temperature: float, answer: str | None, correct: bool) -> Sample:
    return Sample(
        problem=f"p{index}",
        sample=sample,
        temperature=temperature,
        completion=f"so {answer}",
        tokens=2,
        truncated=False,
        correct=correct,
        parsed=answer is not None,
        answer=answer,
        derivation=None,
    )


def test_flips_and_mcnemar_of_a_single_seed(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1011", seeds=(0,))
    found = present(report(suite).rows[0].secondary)
    assert (found.fixed, found.broken, found.mcnemar) == (2, 1, 1.0)
    assert found.pass_k == (0.5, 0.75)
    assert found.split is None
    assert found.majority is None


def test_several_seeds_and_clusters_have_no_mcnemar_test(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1011", seeds=(0, 1))
    clusters = ["a", "a", "b", "c"]
    pre, post = (suite.outcomes(right, clusters=clusters) for right in ("1100", "1011"))
    suite.run(suite.cell("bridge", 0), pre, post)
    vanilla, bridge = (present(row.secondary) for row in report(suite).rows)
    assert vanilla.mcnemar is None
    assert (vanilla.fixed, vanilla.broken) == (2, 1)
    assert bridge.mcnemar is None


def test_what_outcomes_lack_is_read_from_the_answers(suite: Suite) -> None:
    cell = suite.cell()
    sampled = [[1, 0], [0, 0], [1, 1], [0, 0]]
    texts = [["3", "4"], ["", ""], ["3", "3"], ["4", "5"]]
    suite.run(cell, suite.outcomes("1100", sampled), suite.outcomes("1110", sampled))
    for when, right, parsed in (("pre", "1100", "1100"), ("post", "1110", "1111")):
        folder = suite.store.folder(cell["stages"][f"{when}/test-id"])
        write_samples(folder, answers(right, parsed, texts))
    read = suite.results.outcomes(cell["stages"]["pre/test-id"])
    assert read.parsed == (True, True, False, False)
    assert read.majority == (0.5, 0.0, 1.0, 0.0)
    found = present(report(suite).rows[0].secondary)
    assert found.majority == pytest.approx((0.375, 0.375))
    # P(parsed) 1/2 -> 1, P(right | parsed) 1 -> 3/4.
    assert found.split == pytest.approx((0.5 * 0.875, -0.25 * 0.75))
    assert sum(present(found.split)) == pytest.approx(0.25)


def test_a_published_record_brings_what_the_answers_gave(suite: Suite) -> None:
    cell = suite.cell()
    extra: dict[str, Any] = {"parsed": [True, True, True, False], "majority": [1.0, 0.5, 0.0, 0.0]}
    suite.run(cell, suite.outcomes("1100", **extra), suite.outcomes("1110", **extra))
    found = present(report(suite).rows[0].secondary)
    assert found.majority == (0.375, 0.375)
    assert present(found.split).accuracy == pytest.approx(0.25)
