"""Builds one row of the report: one arm on one split."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.report.content.derivations import judges_derivations, mostly_wrong
from bi_bench.report.content.measurements import (
    answers,
    costs,
    declined,
    left_out,
    overlap,
    readiness,
    underspent,
)
from bi_bench.report.content.pairs import IdentityMismatch, check_against, check_arm
from bi_bench.report.content.row import KINDS, Missing, NoComparison, Refusal, Row
from bi_bench.report.content.scores import (
    arm_scores,
    cluster_labels,
    compare,
    in_one_cluster,
    reads_leniently,
    without_format,
)
from bi_bench.report.content.secondary import PARTIAL_CREDIT, secondary
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Pair, Results
from bi_bench.stats import constant_answer_floor, effective_clusters

# Simulated at the sizes of a published suite (7 equal ones): 95 % intervals cover 86-94 %.
_FEW_CLUSTERS = 20


def plain_row(
    split: str,
    cells: Sequence[Cell],
    pairs: Mapping[int, Pair],
    planned: int,
    results: Results,
) -> Row:
    """The row without any contrast."""
    first = next(iter(pairs.values())).pre
    floor_answer, floor = constant_answer_floor(first.answers)
    arm = cells[0].arm
    probe = readiness(cells, results)
    labels = cluster_labels(first)
    notes = _cluster_notes(first)
    if first.partial:
        notes.append(PARTIAL_CREDIT)
    if mostly_wrong(pairs):
        notes.append("most right answers have a wrong derivation, so that answers get no verdict")
    if probe is None or probe.seeds < len(pairs):
        have = 0 if probe is None else probe.seeds
        notes.append(f"probe of {have} of {len(pairs)} seeds")
    remarks = declined(cells, results), left_out(cells, split, results), underspent(cells, results)
    notes += filter(None, remarks)
    return Row(
        benchmark=arm.benchmark,
        split=split,
        model=arm.model,
        algorithm=arm.algorithm,
        strategy=arm.strategy,
        is_reference=arm.strategy == results.suite.reference,
        seeds=tuple(pairs),
        planned_seeds=planned,
        problems=len(first.problems),
        clusters=len(set(labels)) if labels else None,
        effective_clusters=effective_clusters(list(Counter(labels).values())) if labels else None,
        samples=first.samples,
        temperature=first.temperature,
        floor=floor,
        floor_answer=floor_answer,
        pre_answers=answers([pair.pre for pair in pairs.values()]),
        post_answers=answers([pair.post for pair in pairs.values()]),
        costs=costs(cells, results),
        readiness=probe,
        overlap=overlap(cells, split, results),
        partial=first.partial,
        notes=tuple(notes),
    )


def scored(row: Row, pairs: Mapping[int, Pair]) -> Row:
    """The row with pre, post and gain, or with the reason why these are refused."""
    try:
        check_arm(pairs)
    except IdentityMismatch as mismatch:
        return replace(row, refused=_refusal(mismatch))
    if row.problems < 2:
        few = Refusal("an interval needs at least 2 problems, this split has 1")
        return replace(row, refused=few)
    clustered = cluster_labels(next(iter(pairs.values())).pre) is not None
    semantic = arm_scores(pairs, "semantic") if reads_leniently(pairs) else None
    return replace(
        row,
        greedy=without_format(arm_scores(pairs, "greedy"), semantic),
        sampled=arm_scores(pairs, "sampled") if row.samples else None,
        derived=arm_scores(pairs, "derived") if judges_derivations(pairs) else None,
        semantic=semantic,
        secondary=secondary(pairs, clustered),
    )


def compared(
    row: Row, pairs: Mapping[int, Pair], reference: Mapping[int, Pair], planned: bool = True
) -> Row:
    """The row with the contrasts against the reference arm, over the seeds that both have.

    ``planned``: whether the run has a cell of the reference arm to compare with at all.
    """
    common = {seed: pair for seed, pair in pairs.items() if seed in reference}
    if not common:
        unfinished: Missing = (
            "no finished seed of the reference" if planned else "not run for the reference"
        )
        return replace(
            row, no_comparison=NoComparison("no seed in common" if reference else unfinished)
        )
    try:
        check_against(common, reference)
    except IdentityMismatch as mismatch:
        return replace(row, no_comparison=NoComparison(_refusal(mismatch)))
    changes: dict[str, Any] = {}
    for kind in KINDS:
        if (scores := row.scores(kind)) is not None:
            changes[kind] = compare(scores, common, reference, kind)
    if common.keys() != pairs.keys() | reference.keys():
        seeds = ", ".join(map(str, common))
        some = f"seed{'s' * (len(common) > 1)} {seeds}"
        changes["notes"] = (*row.notes, f"against the reference over {some} only")
    return replace(row, **changes)


def _refusal(mismatch: IdentityMismatch) -> Refusal:
    return Refusal(f"{mismatch.field} differ", mismatch.where)


def _cluster_notes(outcomes: Outcomes) -> list[str]:
    if labels := cluster_labels(outcomes):
        notes = ["problems come in clusters, and intervals treat each cluster as one draw"]
        sizes = Counter(labels).values()
        equal = effective_clusters(list(sizes))
        if equal < _FEW_CLUSTERS:
            notes.append(
                f"the largest of {len(sizes)} clusters has {max(sizes)} of {len(labels)} problems: "
                f"intervals rest on no more than {equal:.0f} equal clusters, and are too narrow"
            )
        return notes
    if in_one_cluster(outcomes) and len(outcomes.problems) > 1:
        return ["all problems are in one cluster, and intervals treat them as independent"]
    return []
