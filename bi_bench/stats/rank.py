"""Rank correlation over cells that share models, with an interval that accounts for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bi_bench.stats._table import check_level

# With fewer clusters a resampling holds too few different ones, and a number without an interval
# reads as a finding.
CLUSTERS_FOR_A_CORRELATION = 5


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rho and its interval."""

    estimate: float
    low: float
    high: float
    cells: int
    clusters: int


def rank_correlation(
    x: ArrayLike,
    y: ArrayLike,
    clusters: ArrayLike,
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> RankCorrelation | None:
    """Spearman's rank correlation of `x` and `y` [cells], whole `clusters` of cells resampled.

    Ties get the mean of their ranks; ranks are taken anew in every draw (percentile bootstrap over
    clusters, Field and Welsh 2007). Draws in which a variable is constant have no correlation and
    are left out. None where there are fewer than five clusters or a variable is constant. Raises
    ValueError on different lengths and on values that are not finite.
    """
    check_level(level)
    first, second = (np.asarray(values, dtype=np.float64) for values in (x, y))
    labels = np.asarray(clusters)
    if first.ndim != 1 or not first.shape == second.shape == labels.shape:
        raise ValueError(
            f"x, y and clusters have shapes {first.shape}, {second.shape} and {labels.shape}; "
            "give one number of each for every cell"
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("x or y is not finite; leave cells without a number out")
    names, codes = np.unique(labels, return_inverse=True)
    cells, count = len(first), len(names)
    if count < CLUSTERS_FOR_A_CORRELATION:
        return None
    estimate = _correlations(first, second, np.ones((1, cells)))[0]
    if np.isnan(estimate):
        return None
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(np.float64)
    found = _correlations(first, second, drawn[:, codes])
    low, high = np.nanquantile(found, [(1 - level) / 2, (1 + level) / 2])
    return RankCorrelation(float(estimate), float(low), float(high), cells, count)


def _correlations(
    x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rank correlations under whole-number weights [draws, cells]; NaN where one is constant."""
    ranks = [_ranks(values, weights) for values in (x, y)]
    total = weights.sum(axis=1, keepdims=True)
    a, b = (each - (weights * each).sum(axis=1, keepdims=True) / total for each in ranks)
    covariance = (weights * a * b).sum(axis=1)
    spread = (weights * a * a).sum(axis=1) * (weights * b * b).sum(axis=1)
    constant = spread <= 1e-9
    return np.where(constant, np.nan, covariance / np.sqrt(np.where(constant, 1.0, spread)))


def _ranks(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean ranks [draws, cells] of cells that each count as often as their weight."""
    _, codes = np.unique(values, return_inverse=True)
    sums = weights @ np.eye(int(codes.max()) + 1)[codes]
    below = np.cumsum(sums, axis=1) - sums
    ranks: NDArray[np.float64] = (below + (sums + 1) / 2)[:, codes]
    return ranks
