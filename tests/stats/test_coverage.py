"""How often the crossed interval holds the true gain, on simulated binary outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bi_bench.stats import crossed_interval

REPETITIONS = 1500
PROBLEMS = 500
# In log odds: how problems differ in difficulty, the mean shift by RL, and how problems differ in it.
DIFFICULTY, SHIFT, SHIFT_SPREAD = 1.5, 0.4, 0.8


def sigmoid(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-log_odds))


def true_gain(seed_log_odds: float) -> float:
    """Mean of post minus pre over problems and seeds, by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    post_spread = np.sqrt(DIFFICULTY**2 + SHIFT_SPREAD**2 + seed_log_odds**2)
    post = weights @ sigmoid(SHIFT + post_spread * nodes)
    pre = weights @ sigmoid(DIFFICULTY * nodes)
    return float(post - pre)


def points_to_log_odds(deviation: float) -> float:
    """The seed deviation on the log odds that moves the mean score by `deviation`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    post = sigmoid(SHIFT + np.hypot(DIFFICULTY, SHIFT_SPREAD) * nodes)
    return float(deviation / (weights @ (post * (1 - post)) / weights.sum()))


def outcomes(rng: np.random.Generator, seeds: int, seed_log_odds: float) -> NDArray[np.float64]:
    """Post minus pre of one greedy answer, [seeds, problems]: each seed has its own pre and post."""
    difficulty = rng.normal(0, DIFFICULTY, PROBLEMS)
    shift = rng.normal(SHIFT, SHIFT_SPREAD, PROBLEMS)
    seed_effect = rng.normal(0, seed_log_odds, (seeds, 1))
    pre = rng.random((seeds, PROBLEMS)) < sigmoid(difficulty)
    post = rng.random((seeds, PROBLEMS)) < sigmoid(difficulty + shift + seed_effect)
    return post.astype(np.float64) - pre


@pytest.mark.parametrize("deviation", [0.0, 0.01, 0.02, 0.03])
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_has_the_coverage_of_the_protocol(seeds: int, deviation: float) -> None:
    rng = np.random.default_rng([seeds, round(1000 * deviation)])
    seed_log_odds = points_to_log_odds(deviation)
    gain = true_gain(seed_log_odds)
    found = [crossed_interval(outcomes(rng, seeds, seed_log_odds)) for _ in range(REPETITIONS)]
    coverage = np.mean([c.low <= gain <= c.high for c in found])
    half_width = np.mean([c.half_width for c in found])
    report = (
        f"R={seeds}, seed sd {100 * deviation:g} points: coverage {100 * coverage:.1f} %, "
        f"mean width {200 * half_width:.2f} points"
    )
    print(report)
    assert coverage >= 0.93, report
    if seeds >= 5 and deviation >= 0.01:
        assert 0.92 <= coverage <= 0.97, report


def test_the_interval_covers_with_clusters_of_unequal_size() -> None:
    rng = np.random.default_rng(7)
    codes = np.repeat(np.arange(80), rng.integers(1, 10, 80))
    sizes = np.bincount(codes)
    covered = {"with": 0, "without": 0}
    for _ in range(600):
        by_cluster = rng.normal(0, 0.2, 80)
        seed_effect = rng.normal(0, 0.02, (5, 1))
        cells = rng.normal(0, 0.5, (5, len(codes)))
        table = by_cluster[codes] + seed_effect + cells
        for name, clusters in (("with", codes), ("without", None)):
            interval = crossed_interval(table, clusters=clusters)
            covered[name] += interval.low <= 0 <= interval.high
    assert sizes.min() < sizes.max()
    assert 0.92 <= covered["with"] / 600 <= 0.98, covered
    assert covered["without"] / 600 < 0.90, covered


def test_the_interval_of_two_seeds_covers_the_gain_of_those_seeds() -> None:
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(200):
        seed_effect = np.array([[0.05], [-0.02]])
        table = rng.normal(0, 0.5, (2, 300)) + rng.normal(0, 0.3, 300) + seed_effect
        interval = crossed_interval(table)
        covered += interval.low <= 0.015 <= interval.high
    assert 0.92 <= covered / 200 <= 0.98, covered
