"""95 % intervals for differences between two independent sets of questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, variance

_Z = NormalDist().inv_cdf(0.975)

Ends = tuple[float, float]


def share_difference(first: Sequence[float], second: Sequence[float]) -> Ends:
    """Of two shares of 0/1 outcomes, by Newcombe's hybrid of Wilson intervals (1998, method 10).

    It has a width where no outcome, or every one, is 1; there a normal approximation has none.
    """
    p, (low, high) = fmean(first), _wilson(first)
    q, (other_low, other_high) = fmean(second), _wilson(second)
    difference = p - q
    return (
        difference - math.hypot(p - low, other_high - q),
        difference + math.hypot(high - p, q - other_low),
    )


def mean_difference(first: Sequence[float], second: Sequence[float]) -> Ends:
    """Of two means with unequal variances, by Welch's t interval; each has two or more values."""
    from scipy.stats import t

    difference = fmean(first) - fmean(second)
    parts = [variance(each) / len(each) for each in (first, second)]
    if not sum(parts):
        return difference, difference
    sizes = zip(parts, (first, second), strict=True)
    freedom = sum(parts) ** 2 / sum(part**2 / (len(each) - 1) for part, each in sizes)
    half = float(t.ppf(0.975, freedom)) * math.sqrt(sum(parts))
    return difference - half, difference + half


def _wilson(outcomes: Sequence[float]) -> Ends:
    n, p = len(outcomes), fmean(outcomes)
    scale = 1 + _Z**2 / n
    centre = (p + _Z**2 / (2 * n)) / scale
    half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / scale
    return centre - half, centre + half
