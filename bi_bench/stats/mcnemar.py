"""McNemar's exact test: right and wrong single answers to the same problems, before and after."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import bdtr


class McNemar(NamedTuple):
    """Problems whose answer turned right, problems whose answer turned wrong, two-sided p-value."""

    fixed: int
    broken: int
    p_value: float


def mcnemar(before: ArrayLike, after: ArrayLike) -> McNemar:
    """The exact binomial test on the discordant pairs of `before` and `after` [problems], 0/1 each.

    For independent problems and a single pair of runs: several seeds, or problems in clusters, are
    for `crossed_interval`. Without a discordant pair p is 1. Raises ValueError on other shapes and on
    values that are neither right nor wrong.
    """
    one, other = np.asarray(before), np.asarray(after)
    if one.ndim != 1 or one.shape != other.shape:
        raise ValueError(
            f"answers have shapes {one.shape} and {other.shape}; give [problems] twice"
        )
    if not (np.isin(one, (0, 1)).all() and np.isin(other, (0, 1)).all()):
        raise ValueError("an answer is neither right (1) nor wrong (0); a mean has no McNemar test")
    right_before, right_after = one.astype(bool), other.astype(bool)
    fixed = int(np.sum(~right_before & right_after))
    broken = int(np.sum(right_before & ~right_after))
    tail = float(bdtr(min(fixed, broken), fixed + broken, 0.5)) if fixed + broken else 0.5
    return McNemar(fixed, broken, min(1.0, 2.0 * tail))
