"""Holm's step-down correction of a declared family of contrasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bi_bench.stats._table import check_level


class Corrected(NamedTuple):
    """One contrast after the correction.

    ``rejected``: it differs from zero, with the chance of any false such claim in the family below
    1 - level. ``p_value`` is adjusted. ``level``: that of the interval that leaves out zero exactly
    if it is rejected; no simultaneous coverage is claimed for these intervals.
    """

    rejected: bool
    p_value: float
    level: float


def holm(p_values: Sequence[float], level: float = 0.95) -> list[Corrected]:
    """Holm's correction (1979, Scandinavian Journal of Statistics 6, p. 65), in the order given.

    The smallest p-value is compared with alpha / m, the next against alpha / (m - 1) and so on; from
    the first that fails, none is rejected. Raises ValueError on p-values outside 0 to 1.
    """
    check_level(level)
    for index, p_value in enumerate(p_values):
        if not 0.0 <= p_value <= 1.0:
            raise ValueError(f"p-value {index} is {p_value}; give a chance between 0 and 1")
    alpha, family = 1.0 - level, len(p_values)
    found: dict[int, Corrected] = {}
    adjusted, share, standing = 0.0, alpha, True
    for rank, index in enumerate(sorted(range(family), key=lambda i: p_values[i])):
        adjusted = max(adjusted, min(1.0, (family - rank) * p_values[index]))
        if standing:
            # After the first failure the share stays: later p-values are larger still, so that
            # their intervals include zero too.
            share = alpha / (family - rank)
            standing = p_values[index] < share
        found[index] = Corrected(standing, adjusted, 1.0 - share)
    return [found[index] for index in range(family)]
