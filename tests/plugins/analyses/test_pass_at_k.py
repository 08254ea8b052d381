from __future__ import annotations

import itertools

import pytest

from bi_bench.api import UserError
from bi_bench_plugins.analyses.pass_at_k import pass_at_k
from tests.plugins.analyses.conftest import Evaluation, Measure


@pytest.mark.parametrize("samples", [1, 2, 5, 7])
def test_it_is_the_share_of_all_subsets_that_hold_a_right_answer(samples: int) -> None:
    for right in range(samples + 1):
        answers = [1] * right + [0] * (samples - right)
        for k in range(1, samples + 1):
            subsets = list(itertools.combinations(answers, k))
            expected = sum(map(any, subsets)) / len(subsets)
            assert pass_at_k(samples, right, k) == pytest.approx(expected)


@pytest.mark.parametrize("arguments", [(4, 2, 0), (4, 2, 5), (4, 5, 1), (4, -1, 1)])
def test_what_is_not_defined_is_refused(arguments: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not defined"):
        pass_at_k(*arguments)


def test_rows_of_an_evaluation(measure: Measure, evaluation: Evaluation) -> None:
    sampled = [[1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]]
    folders = {
        "pre/test-id": evaluation("pre/test-id", [("a", "", 0.0)], sampled=[[0] * 6, [0] * 6]),
        "post/test-id": evaluation("post/test-id", [("a", "", 0.0)], sampled=sampled),
    }
    rows = measure("pass-at-k", folders)
    assert [(row["evaluation"], row["k"]) for row in rows] == [
        (role, k) for role in folders for k in (1, 2, 4, 6)
    ]
    assert [row["pass@k"] for row in rows[:4]] == [0, 0, 0, 0]
    wanted = [(1 / 6 + 1) / 2, (2 / 6 + 1) / 2, (4 / 6 + 1) / 2, 1]
    assert [row["pass@k"] for row in rows[4:]] == pytest.approx(wanted)


def test_without_samples_it_says_what_to_set(measure: Measure, evaluation: Evaluation) -> None:
    folder = evaluation("pre/val", [("a", "", 0.0)], sampled=[])
    with pytest.raises(UserError, match=r"pre/val has no sampled answers; set .*evaluate\.samples"):
        measure("pass-at-k", {"pre/val": folder})
