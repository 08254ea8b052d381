"""Every number of a row under one flat name, at full precision: what CSV and JSON hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bi_bench.report.build.row import Answers, Kind, Row, Scores
from bi_bench.stats import ArmLabel

if TYPE_CHECKING:
    from bi_bench.report.build.row import Standing
    from bi_bench.report.build.secondary import Secondary
    from bi_bench.stats import Contrast

Value = str | int | float | bool | None


def flat_row(row: Row) -> dict[str, Value]:
    """One row as columns, always the same ones; None where there is no number.

    Scores are shares (0 to 1). Columns of mean@k end in ``_k``, those of the derived score in ``_derived``,
    those of intervals in ``_low`` and ``_high`` before that. ``arm_label`` is at the corrected level
    where ``arm_label_basis`` says so, else exploratory.
    """
    probe = row.readiness
    return {
        "benchmark": row.benchmark,
        "split": row.split,
        "model": row.model,
        "algorithm": row.algorithm,
        "strategy": row.strategy,
        "is_reference": row.is_reference,
        "seeds": " ".join(map(str, row.seeds)),
        "seeds_finished": len(row.seeds),
        "seeds_planned": row.planned_seeds,
        "problems": row.problems,
        "clusters": row.clusters,
        "effective_clusters": row.effective_clusters,
        "samples": row.samples,
        "temperature": row.temperature,
        **_scores(row, "greedy", ""),
        **_scores(row, "sampled", "_k"),
        **_scores(row, "derived", "_derived"),
        **_interval("gain_vs_random", "", row.over_random),
        **_standing(row.standing),
        **_secondary(row.secondary),
        "floor": row.floor,
        "floor_answer": row.floor_answer,
        "probe_seeds": probe.seeds if probe else 0,
        "probe_samples": probe.samples if probe else None,
        "probe_accuracy": probe.accuracy if probe else None,
        "informative": probe.informative if probe else None,
        "spread": probe.spread if probe else None,
        "overlap_contaminated": row.overlap.contaminated if row.overlap else None,
        "overlap_exact": row.overlap.exact if row.overlap else None,
        "overlap_equal": row.overlap.equal if row.overlap else None,
        "overlap_structure": row.overlap.structure if row.overlap else None,
        **_answers(row.pre_answers, "pre"),
        **_answers(row.post_answers, "post"),
        "tokens_trained": row.costs.tokens_trained,
        "tokens_generated": row.costs.tokens_generated,
        "wall_seconds": row.costs.wall_seconds,
        "rft_seconds": row.costs.rft_seconds,
        "rft_steps": row.costs.rft_steps,
        "marks": row.marks,
        "refused": str(row.refused or ""),
        "no_comparison": str(row.no_comparison or ""),
        "notes": "; ".join(row.notes),
    }


def _scores(row: Row, kind: Kind, suffix: str) -> dict[str, Value]:
    scores: Scores | None = getattr(row, kind)
    gain = scores.gain if scores else None
    own = {
        **_interval("pre", suffix, scores.pre if scores else None),
        **_interval("post", suffix, scores.post if scores else None),
        **_interval("gain", suffix, gain),
    }
    differences = {
        **_interval("final_vs_reference", suffix, scores.final_difference if scores else None),
        **_interval("gain_vs_reference", suffix, scores.gain_difference if scores else None),
    }
    if scores and scores.never_right:
        own = _without_ends(own)
    if scores and scores.arm_label == ArmLabel.NEVER_RIGHT:
        differences = _without_ends(differences)
    label, corrected = scores.arm_label if scores else None, row.corrected(kind)
    if corrected and row.standing:
        label = row.standing.label
    return {
        **own,
        f"gain_method{suffix}": gain.method if gain else None,
        f"gain_df{suffix}": gain.df if gain else None,
        f"gain_note{suffix}": gain.note if gain else None,
        f"gain_label{suffix}": "; ".join(scores.gain_labels) if scores else None,
        f"headroom_gain{suffix}": scores.headroom if scores else None,
        **differences,
        f"arm_label{suffix}": label,
        f"arm_label_basis{suffix}": ("corrected" if corrected else "exploratory")
        if label
        else None,
    }


def _standing(standing: Standing | None) -> dict[str, Value]:
    return {
        "group": (standing.group or None) if standing else None,
        "place": standing.place if standing else None,
        **_interval("primary", "", standing.contrast if standing else None),
        "primary_p": standing.p_value if standing else None,
    }


def _secondary(found: Secondary | None) -> dict[str, Value]:
    split, pass_k, majority = (
        (found.split, found.pass_k, found.majority) if found else (None, None, None)
    )
    return {
        "fixed": found.fixed if found else None,
        "broken": found.broken if found else None,
        "mcnemar_p": found.mcnemar if found else None,
        "gain_parsing": split.parsing if split else None,
        "gain_accuracy": split.accuracy if split else None,
        "pass_pre_k": pass_k[0] if pass_k else None,
        "pass_post_k": pass_k[1] if pass_k else None,
        "majority_pre_k": majority[0] if majority else None,
        "majority_post_k": majority[1] if majority else None,
    }


def _interval(name: str, suffix: str, contrast: Contrast | None) -> dict[str, Value]:
    return {
        f"{name}{suffix}": contrast.estimate if contrast else None,
        f"{name}_low{suffix}": contrast.low if contrast else None,
        f"{name}_high{suffix}": contrast.high if contrast else None,
    }


def _without_ends(intervals: dict[str, Value]) -> dict[str, Value]:
    """The same without the ends of intervals, which mean nothing where nothing varies."""
    return {n: None if "_low" in n or "_high" in n else v for n, v in intervals.items()}


def _answers(answers: Answers, when: str) -> dict[str, Value]:
    return {
        f"truncated_{when}": answers.truncated,
        f"unparsed_{when}": answers.unparsed,
        f"contradictory_{when}": answers.contradictory,
        f"answer_tokens_{when}": answers.tokens,
        f"derivation_{when}": answers.derivation,
        f"wrong_derivation_{when}": answers.wrong_derivation,
        f"unrecognised_{when}": answers.unrecognised,
    }
