"""The parts of a grade in stored answers, and what outcomes make of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.artifacts.outcomes import of_grades
from bi_bench.artifacts.samples import Sample, read_samples, write_samples
from bi_bench.artifacts.tables import read_rows


def answer(problem: str, number: int, *, right: bool, score: float | None = None) -> Sample:
    temperature = float(number > 0)
    return Sample(
        problem, number, temperature, "text", 1, False, right, True, "1", None, score=score
    )


@pytest.mark.parametrize("score", [None, 0.25])
def test_parts_that_a_benchmark_does_not_provide_are_in_no_file(
    tmp_path: Path, score: float | None
) -> None:
    samples = [answer("a", 0, right=False, score=score)]
    write_samples(tmp_path, samples)
    assert read_samples(tmp_path) == samples
    (row,) = read_rows(tmp_path / "samples.parquet")
    assert ("score" in row) == (score is not None)
    assert "semantic" not in row


def test_outcomes_have_the_credit_of_every_answer() -> None:
    greedy = [answer("a", 0, right=True, score=1.0), answer("b", 0, right=False, score=0.5)]
    sampled = [answer(n, i, right=False, score=0.25 * i) for n in "ab" for i in (1, 2)]
    fields = of_grades(greedy, sampled)
    assert fields["greedy"] == (True, False)
    assert fields["scores"] == (1.0, 0.5)
    assert fields["sampled"] == ((0, 0), (0, 0))
    assert fields["sampled_scores"] == ((0.25, 0.5), (0.25, 0.5))
    assert "semantic" not in fields
    assert "sampled_scores" not in of_grades(greedy, [])
    assert "scores" not in of_grades([answer("a", 0, right=True)], [])
