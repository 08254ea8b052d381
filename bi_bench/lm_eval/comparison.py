"""The paired comparison of two models by one metric: means, difference, interval, flips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bi_bench.lm_eval.results_file import Metric
from bi_bench.stats import Contrast, McNemar, crossed_interval, mcnemar

_FEW = 50  # fewer documents or clusters make a bootstrap interval too narrow


@dataclass(frozen=True)
class Comparison:
    """One metric of one task, ``model`` minus ``reference`` over the documents that both have.

    ``share``: scores lie between 0 and 1. ``flips``: for 0/1 scores only; its p-value holds without
    clusters only. ``primary``: the sentence of the task is about this one.
    """

    task: str
    metric: str
    filter: str
    reference: str
    model: str
    documents: int
    clusters: int | None
    reference_score: float
    score: float
    difference: Contrast
    share: bool
    flips: McNemar | None
    higher_is_better: bool | None
    primary: bool

    @property
    def too_few(self) -> bool:
        """True if a bootstrap interval over so few documents or clusters is too narrow."""
        return (self.clusters or self.documents) < _FEW


class Paired(NamedTuple):
    """A comparison with its data: a difference a document, and clusters if there are any."""

    comparison: Comparison
    differences: NDArray[np.float64]
    clusters: list[str] | None


class Names(NamedTuple):
    """What is compared: the task and the two models."""

    task: str
    reference: str
    model: str


def compare_scores(
    names: Names,
    metric: Metric,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    clusters: list[str] | None,
    higher_is_better: bool | None,
    primary: bool,
) -> Paired:
    """The comparison of the reference's scores ``before`` and the model's ``after``.

    Both [documents], in the same order, as are ``clusters``.
    """
    both = np.concatenate((before, after))
    binary = bool(np.isin(both, (0.0, 1.0)).all())
    comparison = Comparison(
        task=names.task,
        metric=metric.name,
        filter=metric.filter,
        reference=names.reference,
        model=names.model,
        documents=len(before),
        clusters=len(set(clusters)) if clusters else None,
        reference_score=float(before.mean()),
        score=float(after.mean()),
        difference=crossed_interval((after - before)[None, :], clusters=clusters),
        share=bool(both.min() >= 0.0 and both.max() <= 1.0),
        flips=mcnemar(before, after) if binary else None,
        higher_is_better=higher_is_better,
        primary=primary,
    )
    return Paired(comparison, after - before, clusters)


def pool(found: Sequence[Paired]) -> list[Comparison]:
    """All documents of all tasks as one comparison, where the primary metrics are the same share.

    Empty for one task, and for metrics that differ or are not shares.
    """
    chosen = [pair for pair in found if pair.comparison.primary]
    compared = [pair.comparison for pair in chosen]
    kinds = {(each.metric, each.share, each.higher_is_better) for each in compared}
    if len(chosen) < 2 or len(kinds) > 1 or not compared[0].share:
        return []
    first = compared[0]
    differences = np.concatenate([pair.differences for pair in chosen])
    clusters: list[str] | None = None
    if first.clusters is not None:
        clusters = [label for pair in chosen for label in pair.clusters or ()]
    total = len(differences)
    filters = {each.filter for each in compared}
    return [
        Comparison(
            task=f"all {len(chosen)} tasks",
            metric=first.metric,
            filter=filters.pop() if len(filters) == 1 else "of each task",
            reference=first.reference,
            model=first.model,
            documents=total,
            clusters=len(set(clusters)) if clusters else None,
            reference_score=sum(each.reference_score * each.documents for each in compared) / total,
            score=sum(each.score * each.documents for each in compared) / total,
            difference=crossed_interval(differences[None, :], clusters=clusters),
            share=True,
            flips=None,
            higher_is_better=first.higher_is_better,
            primary=True,
        )
    ]
