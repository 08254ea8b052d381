"""Splits a gain in two: more answers that can be parsed, and more right ones among these."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class GainSplit(NamedTuple):
    """Two parts that add up to the gain, 0 to 1: more answers parsed, and more right among them."""

    parsing: float
    accuracy: float


def split_gain(
    parsed_before: ArrayLike,
    right_before: ArrayLike,
    parsed_after: ArrayLike,
    right_after: ArrayLike,
) -> GainSplit:
    """The gain as a change of P(parsed) and a change of P(right | parsed), of 0/1 tables.

    ``right`` may be partial credit, 0 to 1: P(right | parsed) is then the mean credit of what is parsed.

    With score = P(parsed) P(right | parsed) the difference of two products is split without a
    remainder, each change weighted by the mean of the other factor (Kitagawa 1955, JASA 50). Where
    nothing is parsed on one side, P(right | parsed) is taken as that of the other side. An answer
    that is right, or has credit, counts as parsed. Raises ValueError on empty tables and different shapes.
    """
    tables = [
        np.asarray(t, dtype=np.float64)
        for t in (parsed_before, right_before, parsed_after, right_after)
    ]
    if not tables[0].size or len({table.shape for table in tables}) != 1:
        raise ValueError(f"tables have shapes {[t.shape for t in tables]}; give four alike")
    right = [float(tables[1].mean()), float(tables[3].mean())]
    parsed = [float(np.maximum(tables[i], tables[i + 1] > 0).mean()) for i in (0, 2)]
    given = [r / p if p else None for r, p in zip(right, parsed, strict=True)]
    first, second = (g if g is not None else given[1 - i] or 0.0 for i, g in enumerate(given))
    parsing = (parsed[1] - parsed[0]) * (first + second) / 2
    return GainSplit(parsing, (second - first) * (parsed[0] + parsed[1]) / 2)
