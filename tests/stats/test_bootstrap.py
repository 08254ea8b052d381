from __future__ import annotations

import time

import numpy as np
import pytest

from bi_bench.stats import crossed_bootstrap, crossed_interval, paired_bootstrap


def width(interval: tuple[float, float, float]) -> float:
    return interval[2] - interval[1]


def test_paired_bootstrap_is_as_wide_as_the_normal_interval() -> None:
    row = np.random.default_rng(0).choice([-1.0, 0.0, 1.0], 800, p=[0.1, 0.7, 0.2])
    found = paired_bootstrap(row)
    assert found.estimate == pytest.approx(row.mean())
    assert width(found) == pytest.approx(2 * 1.96 * row.std() / 800**0.5, rel=0.06)
    assert (found.low + found.high) / 2 == pytest.approx(row.mean(), abs=0.004)


def test_two_problems_give_the_four_equally_likely_means() -> None:
    # Means 0, 1/2, 1 come with chances 1/4, 1/2, 1/4.
    assert paired_bootstrap([0.0, 1.0]) == (0.5, 0.0, 1.0)
    assert paired_bootstrap([0.0, 1.0], level=0.4) == (0.5, 0.5, 0.5)


def test_cluster_bootstrap_is_wider_if_errors_are_correlated_within_clusters() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat([f"book {i}" for i in range(60)], 10)
    row = np.repeat(rng.normal(0, 0.3, 60), 10) + rng.normal(0, 0.3, 600)
    plain, clustered = paired_bootstrap(row), paired_bootstrap(row, clusters)
    assert width(clustered) > 1.8 * width(plain)
    # Design effect 1 + (10 - 1) * 0.5 at the true correlation of 0.5.
    assert width(clustered) == pytest.approx(5.5**0.5 * width(plain), rel=0.2)


def test_cluster_bootstrap_averages_over_the_drawn_problems() -> None:
    # Every problem of every cluster has the same difference, whatever the sizes of the clusters.
    found = paired_bootstrap(np.full(10, 0.25), [0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
    assert found == pytest.approx((0.25, 0.25, 0.25))


def test_crossed_bootstrap_agrees_with_the_two_way_interval() -> None:
    rng = np.random.default_rng(2)
    ratios = []
    for _ in range(20):
        table = (
            rng.normal(0.03, 0.4, (10, 500))
            + rng.normal(0, 0.03, (10, 1))
            + rng.normal(0, 0.3, 500)
        )
        drawn, analytic = crossed_bootstrap(table), crossed_interval(table)
        assert drawn.estimate == pytest.approx(analytic.estimate)
        ratios.append(width(drawn) / (2 * analytic.half_width))
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.08)


def test_crossed_bootstrap_includes_seed_variance() -> None:
    table = np.random.default_rng(3).normal(0, 0.3, (10, 500))
    shifted = table + np.linspace(-0.1, 0.1, 10)[:, None]
    assert width(crossed_bootstrap(shifted)) > 2 * width(crossed_bootstrap(table))


def test_the_same_seed_gives_the_same_interval() -> None:
    row = np.random.default_rng(4).normal(size=100)
    assert paired_bootstrap(row, seed=3) == paired_bootstrap(row, seed=3)
    assert paired_bootstrap(row, seed=3) != paired_bootstrap(row, seed=4)


@pytest.mark.alone
def test_a_hundred_thousand_problems_and_ten_seeds_take_seconds() -> None:
    table = np.random.default_rng(5).random((10, 100_000))
    start = time.process_time()
    crossed_interval(table)
    crossed_bootstrap(table)
    assert time.process_time() - start < 10


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="one number a problem"):
        paired_bootstrap(np.zeros((2, 5)))
    with pytest.raises(ValueError, match=r"\[seeds, problems\]"):
        crossed_bootstrap(np.zeros(5))
    with pytest.raises(ValueError, match="not finite"):
        paired_bootstrap([0.0, np.nan])
    with pytest.raises(ValueError, match="at least 100"):
        paired_bootstrap([0.0, 1.0], draws=1)
