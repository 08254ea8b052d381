"""McNemar's exact test and the split of a gain, against values worked out by other means."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from bi_bench.stats import majority_score, mcnemar, split_gain


@pytest.mark.parametrize(("fixed", "broken"), [(0, 0), (5, 0), (0, 7), (6, 6), (3, 11), (40, 20)])
def test_it_is_the_binomial_test_on_the_answers_that_changed(fixed: int, broken: int) -> None:
    before = np.array([0] * fixed + [1] * broken + [0, 0, 1, 1, 1])
    after = np.array([1] * fixed + [0] * broken + [0, 0, 1, 1, 1])
    found = mcnemar(before, after)
    assert found[:2] == (fixed, broken)
    wanted = binomtest(fixed, fixed + broken).pvalue if fixed + broken else 1.0
    assert found.p_value == pytest.approx(wanted)


def test_means_of_several_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="neither right"):
        mcnemar([0.5, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="shapes"):
        mcnemar([0, 1], [0, 1, 1])


def test_a_gain_that_is_all_parsing() -> None:
    # Half is parsed and all of that is right; then everything is parsed and right.
    assert split_gain([1, 1, 0, 0], [1, 1, 0, 0], [1] * 4, [1] * 4) == pytest.approx((0.5, 0.0))


def test_a_gain_that_is_all_accuracy() -> None:
    assert split_gain([1] * 4, [1, 0, 0, 0], [1] * 4, [1, 1, 1, 0]) == pytest.approx((0.0, 0.5))


def test_the_parts_add_up_to_the_gain() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        parsed = rng.random((2, 3, 50)) < rng.random((2, 1, 1))
        right = parsed & (rng.random((2, 3, 50)) < rng.random((2, 1, 1)))
        parts = split_gain(parsed[0], right[0], parsed[1], right[1])
        assert sum(parts) == pytest.approx(right[1].mean() - right[0].mean())


def test_where_nothing_was_parsed_before_the_gain_is_parsing() -> None:
    assert split_gain([0, 0], [0, 0], [1, 1], [1, 0]) == pytest.approx((0.5, 0.0))
    assert split_gain([0, 0], [0, 0], [0, 0], [0, 0]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("answers", "correct", "score"),
    [
        (["3", "3", "4"], [True, True, False], 1.0),
        (["4", "4", "3"], [False, False, True], 0.0),
        (["3", "4"], [True, False], 0.5),
        ([None, None, "3"], [False, False, True], 1.0),
        ([None, None], [False, False], 0.0),
    ],
)
def test_the_majority_decides(answers: list[str | None], correct: list[bool], score: float) -> None:
    assert majority_score(answers, correct) == score
