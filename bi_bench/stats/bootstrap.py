"""Percentile bootstrap intervals of a mean difference, over problems and over seeds x problems."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bi_bench.stats._table import check_level, cluster_codes, cluster_sums, difference_table

# Counts drawn at a time: bounds the memory, and 1 MiB of them stays in the processor's cache.
_CHUNK = 2**17


class BootstrapInterval(NamedTuple):
    """A mean difference and its percentile interval, in the unit of the scores."""

    estimate: float
    low: float
    high: float


def paired_bootstrap(
    differences: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 4000,
    seed: int = 0,
) -> BootstrapInterval:
    """Interval of the mean of `differences` [problems], problems (or clusters) resampled.

    `clusters` holds one label a problem; whole clusters are then drawn and the mean is taken over
    the problems drawn. Percentile method (Efron and Tibshirani 1993, section 13.3); under some 50
    problems or clusters it is too narrow. Raises ValueError on another shape, on values that are
    not finite and on fewer than two problems or clusters.
    """
    row = np.asarray(differences, dtype=np.float64)
    if row.ndim != 1:
        raise ValueError(f"differences have shape {row.shape}; give one number a problem")
    # One seed drawn out of one is always that seed: what is left is the resampling of problems.
    return crossed_bootstrap(row[None, :], clusters, level=level, draws=draws, seed=seed)


def crossed_bootstrap(
    differences: ArrayLike,
    clusters: ArrayLike | None = None,
    *,
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> BootstrapInterval:
    """Interval of the mean of `differences` [seeds, problems], both axes resampled independently.

    The cross-check of `crossed_interval`: it errs on the wide side with ten seeds or more, since
    the noise of single entries is drawn once with the seeds and again with the problems, and on the
    narrow side with three, where R seeds stand for only (R - 1) / R of their variance (Owen 2007,
    "The pigeonhole bootstrap"). Raises ValueError as `paired_bootstrap` does.
    """
    check_level(level)
    if draws < 100:
        raise ValueError(f"draws is {draws}; give at least 100, or leave the default")
    table = difference_table(differences)
    codes = cluster_codes(clusters, table.shape[1])
    estimate = float(table.mean())
    means = _resampled_means(table, codes, draws, np.random.default_rng(seed))
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return BootstrapInterval(estimate, float(low), float(high))


def _resampled_means(
    table: NDArray[np.float64],
    codes: NDArray[np.intp],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """`draws` means of the table under random whole-number weights of its seeds and clusters."""
    seeds = len(table)
    sums = cluster_sums(table, codes)
    sizes = np.bincount(codes).astype(np.float64)
    clusters = len(sizes)
    step = max(1, _CHUNK // clusters)
    parts = []
    for start in range(0, draws, step):
        count = min(step, draws - start)
        weights = _drawn_counts(count, clusters, rng)
        seed_weights = _drawn_counts(count, seeds, rng) / seeds
        totals = np.einsum("ds,ds->d", weights @ sums.T, seed_weights)
        # With unequal clusters the number of problems drawn varies too.
        parts.append(totals / (weights @ sizes))
    return np.concatenate(parts)


def _drawn_counts(draws: int, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """How often each of `size` things comes up in `size` draws with replacement: [draws, size]."""
    picked = rng.integers(size, size=(draws, size))
    picked += np.arange(draws)[:, None] * size
    counts = np.bincount(picked.ravel(), minlength=draws * size)
    return counts.reshape(draws, size).astype(np.float64)
