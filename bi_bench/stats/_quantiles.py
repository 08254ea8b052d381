"""Quantiles and tails of Student's t, from scipy.special because scipy.stats takes a second to import."""

from __future__ import annotations

from scipy.special import stdtr, stdtrit


def student_quantile(df: float, probability: float) -> float:
    """The t with `df` degrees of freedom below which `probability` of the distribution lies."""
    return float(stdtrit(df, probability))


def student_tails(df: float, t: float) -> float:
    """The chance that a t with `df` degrees of freedom is at least as far from zero as `t`."""
    return float(2.0 * stdtr(df, -abs(t)))
