"""Turns outcomes into contrasts: the gain of an arm, and its difference from the reference arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.report.content.derivations import mostly_wrong
from bi_bench.report.content.row import Kind, Scores
from bi_bench.report.data.results import Pair
from bi_bench.stats import (
    ArmLabel,
    GainLabel,
    arm_label,
    crossed_interval,
    gain_label,
    headroom_gain,
)

Table = NDArray[np.float64]


def arm_scores(arm: Mapping[int, Pair], kind: Kind) -> Scores:
    """Scores and gain over the seeds of one arm, whose identities agree."""
    clusters = cluster_labels(next(iter(arm.values())).pre)
    pre, post = _tables(arm, kind)
    gain = crossed_interval(post - pre, clusters=clusters)
    before = crossed_interval(pre, clusters=clusters)
    after = crossed_interval(post, clusters=clusters)
    headroom = headroom_gain(before.estimate, after.estimate)
    verdict, *marks = gain_label(gain, before.estimate)
    scores = Scores(before, after, gain, headroom, (verdict, *marks))
    if scores.never_right:
        return replace(scores, headroom=None, gain_labels=(GainLabel.NEVER_RIGHT, *marks))
    if kind != "derived" and mostly_wrong(arm):
        return replace(scores, gain_labels=(GainLabel.NO_VERDICT, *marks))
    return scores


def compare(
    scores: Scores, arm: Mapping[int, Pair], reference: Mapping[int, Pair], kind: Kind
) -> Scores:
    """``scores`` with the contrasts against the reference, over the seeds of ``arm``."""
    clusters = cluster_labels(next(iter(arm.values())).pre)
    pre, post = _tables(arm, kind)
    other_pre, other_post = _tables({seed: reference[seed] for seed in arm}, kind)
    final = crossed_interval(post - other_post, clusters=clusters)
    gain = crossed_interval((post - pre) - (other_post - other_pre), clusters=clusters)
    label = arm_label(gain, final)
    if not any(table.any() for table in (pre, post, other_pre, other_post)):
        label = ArmLabel.NEVER_RIGHT
    elif kind != "derived" and (mostly_wrong(arm) or mostly_wrong(reference)):
        label = ArmLabel.NO_VERDICT
    return replace(scores, final_difference=final, gain_difference=gain, arm_label=label)


def cluster_labels(outcomes: Outcomes) -> list[str] | None:
    """One label a problem where some cluster repeats, else None.

    A problem without a cluster is one of its own. Where all problems share a cluster there is
    nothing to resample, and they count as independent.
    """
    labels = [
        f"problem {index}" if cluster is None else f"cluster {cluster}"
        for index, cluster in enumerate(outcomes.clusters)
    ]
    return labels if 1 < len(set(labels)) < len(labels) else None


def without_format(strict: Scores, lenient: Scores | None) -> Scores:
    """``strict``; a gain that the lenient reading does not confirm is labelled one of format."""
    verdict, *marks = strict.gain_labels
    if lenient is None or verdict is not GainLabel.GAIN or GainLabel.GAIN in lenient.gain_labels:
        return strict
    return replace(strict, gain_labels=(GainLabel.FORMAT, *marks))


def reads_leniently(arm: Mapping[int, Pair]) -> bool:
    """True where all answers have a lenient reading, too."""
    return all(outcomes.semantic for pair in arm.values() for outcomes in pair)


def in_one_cluster(outcomes: Outcomes) -> bool:
    """True where all problems declare the same cluster."""
    return None not in outcomes.clusters and len(set(outcomes.clusters)) == 1


def _tables(arm: Mapping[int, Pair], kind: Kind) -> tuple[Table, Table]:
    """Scores [seeds, problems] before and after."""
    read = _READERS[kind]
    return (
        np.stack([read(pair.pre) for pair in arm.values()]),
        np.stack([read(pair.post) for pair in arm.values()]),
    )


_READERS: dict[Kind, Callable[[Outcomes], Table]] = {
    "greedy": lambda outcomes: np.asarray(outcomes.credit, dtype=np.float64),
    "sampled": lambda outcomes: np.asarray(outcomes.sampled_credit, dtype=np.float64).mean(axis=1),
    "semantic": lambda outcomes: np.asarray(outcomes.semantic, dtype=np.float64),
    "derived": lambda outcomes: np.asarray(
        [
            right and sound is True
            for right, sound in zip(outcomes.greedy, outcomes.derivation, strict=True)
        ],
        dtype=np.float64,
    ),
}
