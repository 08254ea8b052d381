"""Computes the secondary measures of an arm, which decide nothing: flips, pass@k, maj@k, parsing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.report.data.results import Pair
from bi_bench.stats import GainSplit, mcnemar, pass_at_k, split_gain

PARTIAL_CREDIT = (
    "scores are mean partial credit, for which there is no McNemar test; fixed / broken, pass@k, maj@k, "
    "the probe and the floor count right answers"
)


@dataclass(frozen=True)
class Secondary:
    """Greedy answers that turned right or wrong, as means over seeds, and where the gain comes from.

    ``mcnemar`` is the p-value of McNemar's exact test, for a single seed, problems that declare no
    clusters and answers without partial credit, else None. ``split``: the greedy gain as parsing and
    accuracy. ``pass_k`` and ``majority`` are shares before and after, of the sampled answers. None
    where answers are not known.
    """

    fixed: float
    broken: float
    mcnemar: float | None
    split: GainSplit | None
    pass_k: tuple[float, float] | None
    majority: tuple[float, float] | None


def secondary(pairs: Mapping[int, Pair], clustered: bool) -> Secondary:
    """The secondary measures over the seeds of one arm, whose identities agree."""
    both = list(pairs.values())
    flips = [mcnemar(pair.pre.greedy, pair.post.greedy) for pair in both]
    before, after = [pair.pre for pair in both], [pair.post for pair in both]
    alone = len(flips) == 1 and not clustered and not before[0].partial
    return Secondary(
        fmean(flip.fixed for flip in flips),
        fmean(flip.broken for flip in flips),
        flips[0].p_value if alone else None,
        _split(before, after),
        (_pass_k(before), _pass_k(after)) if before[0].sampled else None,
        _majority(before, after),
    )


def _split(before: Sequence[Outcomes], after: Sequence[Outcomes]) -> GainSplit | None:
    if not all(one.parsed for one in (*before, *after)):
        return None
    tables = (
        np.array([getattr(one, name) for one in outcomes])
        for outcomes in (before, after)
        for name in ("parsed", "credit")
    )
    return split_gain(*tables)


def _pass_k(outcomes: Sequence[Outcomes]) -> float:
    """pass@k at the k that was sampled, where the estimator is the share of problems with a hit."""
    return fmean(
        pass_at_k(sum(right), len(right), len(right)) for one in outcomes for right in one.sampled
    )


def _majority(before: Sequence[Outcomes], after: Sequence[Outcomes]) -> tuple[float, float] | None:
    if not all(one.majority for one in (*before, *after)):
        return None
    first, second = (
        fmean(score for one in both for score in one.majority) for both in (before, after)
    )
    return first, second
