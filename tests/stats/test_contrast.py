from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from bi_bench.stats import Contrast, crossed_interval, paired_bootstrap
from bi_bench.stats._quantiles import student_quantile


def random_table(seeds: int = 5, problems: int = 60, start: int = 0) -> np.ndarray:
    rng = np.random.default_rng(start)
    return (
        rng.normal(0.05, 0.4, (seeds, problems))
        + rng.normal(0, 0.05, (seeds, 1))
        + rng.normal(0, 0.3, problems)
    )


def ends(contrast: Contrast) -> tuple[float, float, float]:
    return contrast.estimate, contrast.low, contrast.high


def test_student_quantile_is_that_of_the_printed_tables() -> None:
    assert student_quantile(4, 0.975) == pytest.approx(2.776, abs=5e-4)
    assert student_quantile(30, 0.80) == pytest.approx(0.854, abs=5e-4)


def test_two_way_interval_of_a_table_worked_by_hand() -> None:
    # Row means 3, 4, 8; column means 2, 4, 6, 8; grand mean 5. Sums of squares: seeds 56,
    # problems 60, residual 8; mean squares 28, 20, 4/3; variance (28 + 20 - 4/3) / 12 = 35/9.
    table = [[0, 2, 4, 6], [2, 4, 4, 6], [4, 6, 10, 12]]
    contrast = crossed_interval(table)
    assert contrast.df == pytest.approx((140 / 3) ** 2 / (28**2 / 2 + 20**2 / 3 + (4 / 3) ** 2 / 6))
    assert contrast.df == pytest.approx(4.14318, abs=1e-5)
    half = student_quantile(4.143179, 0.975) * (35 / 9) ** 0.5
    assert ends(contrast) == pytest.approx((5, 5 - half, 5 + half), rel=1e-6)
    assert contrast.half_width == pytest.approx(half, rel=1e-6)
    assert (contrast.method, contrast.seeds, contrast.problems) == ("two-way t", 3, 4)
    assert contrast.note == ""


def test_without_seed_variance_only_the_problems_count() -> None:
    contrast = crossed_interval([[0, 1, 2, 3]] * 3)
    # Variance of 0, 1, 2, 3 is 5/3; over 4 problems.
    assert contrast.df == 3
    assert contrast.half_width == pytest.approx(3.18245 * (5 / 12) ** 0.5, rel=1e-5)


def test_without_problem_variance_only_the_seeds_count() -> None:
    contrast = crossed_interval([[1] * 4, [2] * 4, [3] * 4])
    assert contrast.df == 2
    assert contrast.half_width == pytest.approx(4.30265 * (1 / 3) ** 0.5, rel=1e-5)


def test_without_either_only_the_residual_counts() -> None:
    # Rows and columns all sum to zero, so the residual sum of squares 6 has 4 degrees of freedom.
    contrast = crossed_interval([[1, -1, 0], [0, 1, -1], [-1, 0, 1]])
    assert contrast.df == 4
    assert contrast.half_width == pytest.approx(2.77645 * (6 / 4 / 9) ** 0.5, rel=1e-5)


@pytest.mark.parametrize("seeds", [1, 2, 3, 5])
def test_no_change_at_all_is_exactly_zero(seeds: int) -> None:
    contrast = crossed_interval(np.zeros((seeds, 50)))
    assert ends(contrast) == (0.0, 0.0, 0.0)
    assert ends(crossed_interval(np.zeros((seeds, 50)), clusters=np.arange(50) // 5)) == (0, 0, 0)


def test_a_dropped_seed_variance_keeps_its_uncertainty_with_three_seeds_only() -> None:
    # Residuals that sum to zero both ways, problem effects 0 to 2.5, seed effects 0.4, 0, -0.4.
    residual = np.tile([[1, -1, 0], [0, 1, -1], [-1, 0, 1], [0, 0, 0]], 2)
    table = residual + np.arange(6) / 2 + np.array([[0.4], [0], [-0.4], [0]])
    p = 5.25 / 36
    three, four = crossed_interval(table[:3]), crossed_interval(table)
    assert three.df == pytest.approx(p**2 / ((0.32 / 6) ** 2 / 2 + p**2 / 5 + (1 / 15) ** 2 / 10))
    assert three.half_width == pytest.approx(student_quantile(3.47499, 0.975) * p**0.5, rel=1e-4)
    assert four.df == 5
    assert four.half_width == pytest.approx(student_quantile(5, 0.975) * p**0.5)


def test_one_seed_is_bootstrapped_over_problems_and_says_so() -> None:
    table = random_table(1)
    contrast = crossed_interval(table, seed=4)
    assert ends(contrast) == tuple(paired_bootstrap(table[0], seed=4))
    assert contrast.method == "paired bootstrap"
    assert contrast.note == "seed variance unmeasured"
    assert contrast.df is None


def test_two_seeds_are_averaged_and_say_so() -> None:
    table = random_table(2)
    contrast = crossed_interval(table)
    assert ends(contrast) == tuple(paired_bootstrap(table.mean(axis=0)))
    assert contrast.note == "conditional on two seeds"
    assert crossed_interval(table, clusters=np.arange(60) // 3).method == "cluster bootstrap"


def test_order_of_seeds_and_of_problems_does_not_matter() -> None:
    table = random_table()
    rng = np.random.default_rng(1)
    clusters = np.arange(60) // 4
    seeds, problems = rng.permutation(5), rng.permutation(60)
    for labels in (None, clusters):
        moved = None if labels is None else labels[problems]
        one = crossed_interval(table, clusters=labels)
        other = crossed_interval(table[seeds][:, problems], clusters=moved)
        assert ends(one) == pytest.approx(ends(other), rel=1e-10)


def test_the_interval_scales_with_sign_and_factor() -> None:
    table = random_table()
    one, other = crossed_interval(table), crossed_interval(-2 * table)
    assert ends(other) == pytest.approx((-2 * one.estimate, -2 * one.high, -2 * one.low))


def test_clusters_of_one_problem_change_nothing() -> None:
    table = random_table()
    labels = np.random.default_rng(2).permutation(60)
    one, other = crossed_interval(table), crossed_interval(table, clusters=labels)
    assert ends(one) == pytest.approx(ends(other))
    assert one.df == pytest.approx(other.df)


def test_copies_of_a_problem_in_one_cluster_add_no_certainty() -> None:
    table = random_table()
    copied = crossed_interval(np.repeat(table, 4, axis=1), clusters=np.repeat(np.arange(60), 4))
    assert ends(copied) == pytest.approx(ends(crossed_interval(table)))
    assert crossed_interval(np.repeat(table, 4, axis=1)).half_width < copied.half_width


def test_a_higher_level_is_wider() -> None:
    table = random_table()
    wide = crossed_interval(table, level=0.99).half_width
    assert wide > crossed_interval(table).half_width


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([0.1, 0.2, 0.3], "one row even for a single seed"),
        (np.zeros((2, 3, 4)), r"\[seeds, problems\]"),
        (np.zeros((3, 1)), "at least 1 seed and 2 problems"),
        (np.zeros((0, 5)), "at least 1 seed and 2 problems"),
        ([[0.0, 1.0], [0.0, np.nan], [1.0, 1.0]], "seed row 1, problem column 1"),
        ([[0.0, np.inf]], "not finite"),
    ],
)
def test_wrong_tables_are_refused(table: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        crossed_interval(table)


def test_wrong_clusters_and_levels_are_refused() -> None:
    table = random_table(3, 10)
    with pytest.raises(ValueError, match="one label for each of 10 problems"):
        crossed_interval(table, clusters=[1, 2, 3])
    with pytest.raises(ValueError, match="one cluster"):
        crossed_interval(table, clusters=["book"] * 10)
    with pytest.raises(ValueError, match=r"such as 0\.95"):
        crossed_interval(table, level=95)
