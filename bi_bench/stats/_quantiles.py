"""Quantiles of Student's t, from scipy.special because scipy.stats takes a second to import."""

from __future__ import annotations

from scipy.special import stdtrit


def student_quantile(df: float, probability: float) -> float:
    """The t with `df` degrees of freedom below which `probability` of the distribution lies."""
    return float(stdtrit(df, probability))
