"""Compares two arms on each split by the same contrasts as the leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from bi_bench.artifacts.role import post, pre
from bi_bench.report.compare.arms import RunArm
from bi_bench.report.content.derivations import judges_derivations
from bi_bench.report.content.pairs import IdentityMismatch, check_against, check_arm
from bi_bench.report.content.row import KINDS, Kind, Scores, evaluation
from bi_bench.report.content.scores import arm_scores, cluster_labels, compare, reads_leniently
from bi_bench.report.content.secondary import PARTIAL_CREDIT
from bi_bench.report.data.results import Pair, splits_of
from bi_bench.stats import constant_answer_floor, mcnemar


@dataclass(frozen=True)
class ScorePair:
    """The scores of both arms in one way; those of ``one`` hold the differences, one minus other."""

    one: Scores
    other: Scores


@dataclass(frozen=True)
class Flips:
    """Greedy answers after RFT that one arm alone gets right, as means over seeds.

    ``p_value`` of McNemar's exact test, for a single seed, problems without clusters and answers
    without partial credit.
    """

    only_one: float
    only_other: float
    p_value: float | None


@dataclass(frozen=True)
class Comparison:
    """One arm minus another on a split; ``refused`` is why they cannot be compared, if so."""

    evaluation: str
    split: str
    one: RunArm
    other: RunArm
    seeds: tuple[int, ...] = ()
    problems: int = 0
    clusters: int | None = None
    samples: int = 0
    floor: float = 0.0
    greedy: ScorePair | None = None
    sampled: ScorePair | None = None
    derived: ScorePair | None = None
    semantic: ScorePair | None = None
    flips: Flips | None = None
    refused: str = ""
    notes: tuple[str, ...] = ()

    @property
    def pairs(self) -> dict[Kind, ScorePair]:
        """The scores of both arms, in each way that was measured."""
        every: dict[Kind, ScorePair | None]
        every = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: pair for kind, pair in every.items() if pair is not None}


def compare_arms(one: RunArm, other: RunArm) -> list[Comparison]:
    """A comparison for every split that both evaluate, over the seeds that both have finished."""
    mine, theirs = splits_of(one.cells), splits_of(other.cells)
    comparisons = [_on_split(split, one, other) for split in mine if split in theirs]
    return comparisons or [
        Comparison("no evaluation", "", one, other, refused="no split is evaluated in both")
    ]


def _on_split(split: str, one: RunArm, other: RunArm) -> Comparison:
    place = evaluation(one.arm.benchmark, split)
    mine, theirs = (_pairs(side, split) for side in (one, other))
    common = [seed for seed in mine if seed in theirs]

    def refuse(reason: str) -> Comparison:
        return Comparison(place, split, one, other, tuple(common), refused=reason)

    for side, pairs in ((one, mine), (other, theirs)):
        if not pairs:
            return refuse(f"no finished seed of {side.name}")
    if not common:
        return refuse("no seed in common")
    if _same_stages(one, other, split):
        return refuse("both are the same stages, so that there is no difference to measure")
    left, right = ({seed: pairs[seed] for seed in common} for pairs in (mine, theirs))
    try:
        check_arm(left)
        check_arm(right)
        check_against(left, right, other.name)
    except IdentityMismatch as mismatch:
        return refuse(str(mismatch))
    first = left[common[0]].pre
    if len(first.problems) < 2:
        return refuse("an interval needs at least 2 problems, this split has 1")
    labels = cluster_labels(first)
    samples = first.samples
    only = sorted({*mine, *theirs} - set(common))
    notes = [f"{place}: over the seeds that both have; left out: {only}"] if only else []
    if first.partial:
        notes.append(f"{place}: {PARTIAL_CREDIT}.")
    return Comparison(
        place,
        split,
        one,
        other,
        tuple(common),
        problems=len(first.problems),
        clusters=len(set(labels)) if labels else None,
        samples=samples,
        floor=constant_answer_floor(first.answers)[1],
        greedy=_score_pair(left, right, "greedy"),
        sampled=_score_pair(left, right, "sampled") if samples else None,
        derived=_score_pair(left, right, "derived")
        if judges_derivations(left) and judges_derivations(right)
        else None,
        semantic=_score_pair(left, right, "semantic")
        if reads_leniently(left) and reads_leniently(right)
        else None,
        flips=_flips(left, right, clustered=labels is not None),
        notes=tuple(notes),
    )


def _same_stages(one: RunArm, other: RunArm, split: str) -> bool:
    """True where two runs share these evaluations: the same cells under two names."""
    mine, theirs = (
        {(c.seed, c.keys.get(pre(split)), c.keys.get(post(split))) for c in side.cells}
        for side in (one, other)
    )
    return mine <= theirs or theirs <= mine


def _pairs(side: RunArm, split: str) -> dict[int, Pair]:
    return {
        cell.seed: side.results.pair(cell, split)
        for cell in side.cells
        if cell.done(pre(split), post(split))
    }


def _score_pair(one: Mapping[int, Pair], other: Mapping[int, Pair], kind: Kind) -> ScorePair:
    return ScorePair(compare(arm_scores(one, kind), one, other, kind), arm_scores(other, kind))


def _flips(one: Mapping[int, Pair], other: Mapping[int, Pair], *, clustered: bool) -> Flips:
    tests = [mcnemar(other[seed].post.greedy, pair.post.greedy) for seed, pair in one.items()]
    partial = any(pair.post.partial for pair in one.values())
    alone = len(tests) == 1 and not clustered and not partial
    return Flips(
        fmean(test.fixed for test in tests),
        fmean(test.broken for test in tests),
        tests[0].p_value if alone else None,
    )
