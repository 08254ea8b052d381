"""Checks of a table of differences and its cluster labels: shapes and values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def difference_table(differences: ArrayLike) -> NDArray[np.float64]:
    """`differences` as floats of shape [seeds, problems]; ValueError unless finite, 1 x 2 up."""
    table = np.asarray(differences, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(
            f"differences have shape {table.shape}; give [seeds, problems], "
            "with one row even for a single seed"
        )
    seeds, problems = table.shape
    if seeds < 1 or problems < 2:
        raise ValueError(
            f"differences hold {seeds} seeds x {problems} problems; "
            "an interval needs at least 1 seed and 2 problems"
        )
    bad = np.argwhere(~np.isfinite(table))
    if len(bad):
        seed, problem = bad[0]
        raise ValueError(
            f"{len(bad)} differences are not finite, first at seed row {seed}, problem column "
            f"{problem}; score every problem under every seed, or drop it from all seeds"
        )
    return table


def cluster_codes(clusters: ArrayLike | None, problems: int) -> NDArray[np.intp]:
    """The cluster of each problem as 0..C-1, each problem its own where `clusters` is None."""
    if clusters is None:
        return np.arange(problems)
    labels = np.asarray(clusters)
    if labels.shape != (problems,):
        raise ValueError(
            f"clusters have shape {labels.shape}; give one label for each of {problems} problems"
        )
    names, codes = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise ValueError(
            "all problems are in one cluster; an interval needs at least 2 clusters, "
            "so leave clusters out or declare finer ones"
        )
    return codes


def cluster_sums(table: NDArray[np.float64], codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Each row of `table` [rows, problems] summed within clusters: [rows, clusters]."""
    count = int(codes.max()) + 1
    if count == len(codes):
        return table
    return np.stack([np.bincount(codes, weights=row, minlength=count) for row in table])


def effective_clusters(sizes: Sequence[int]) -> float:
    """The number of equal clusters that weigh as much as those of these sizes (Kish 1965, section 5.4).

    n^2 / sum of squares, for n problems; ValueError without sizes.
    """
    if not sizes or min(sizes) < 1:
        raise ValueError(f"cluster sizes are {list(sizes)}; give at least one, each 1 or more")
    return float(sum(sizes) ** 2 / sum(size**2 for size in sizes))


def check_level(level: float) -> None:
    """ValueError unless `level` is a share such as 0.95."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; give a share between 0 and 1, such as 0.95")
