"""What stands beside a score: how answers ended, derivations, readiness, costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from bi_bench.report.build.derivations import judged, wrong_among_right
from bi_bench.report.build.pairs import Outcomes, read_result
from bi_bench.report.build.row import Answers, Costs, Overlap, Readiness
from bi_bench.report.data.cells import Cell
from bi_bench.store import Store

# The base model and the problems are inputs of the suite, analyses are not needed for the gain.
_PAID = ("augment", "sft", "probe", "rft", "pre", "post")


def answers(outcomes: Sequence[Outcomes]) -> Answers:
    """Means over the evaluations of several seeds."""
    told = judged(outcomes)
    unrecognised = _unrecognised(outcomes)
    contradictory = [one.contradictory for one in outcomes if one.contradictory is not None]
    return Answers(
        truncated=fmean(one.truncated for one in outcomes),
        unparsed=fmean(one.unparsed for one in outcomes),
        tokens=fmean(one.tokens for one in outcomes),
        derivation=fmean(right and sound for right, sound in told) if told else None,
        wrong_derivation=_stated_wrongly(outcomes, unrecognised),
        contradictory=fmean(contradictory) if len(contradictory) == len(outcomes) else None,
        unrecognised=unrecognised,
    )


def _stated_wrongly(outcomes: Sequence[Outcomes], unrecognised: float | None) -> float | None:
    """The share of right greedy answers of which a needed step is stated wrongly."""
    share = wrong_among_right(outcomes)
    return None if share is None else share - (unrecognised or 0.0)


def _unrecognised(outcomes: Sequence[Outcomes]) -> float | None:
    """The share of right greedy answers in which a needed step was not found; None if nobody looked."""
    if not all(one.unrecognised for one in outcomes):
        return None
    found = [
        unknown
        for one in outcomes
        for right, sound, unknown in zip(one.greedy, one.derivation, one.unrecognised, strict=True)
        if right and sound is not None
    ]
    return fmean(found) if found else None


def readiness(cells: Sequence[Cell], store: Store) -> Readiness | None:
    """The probes of these cells, of those that have one."""
    summaries = [
        read_result(store.folder(cell.keys["probe"]) / "summary.json")
        for cell in cells
        if cell.done("probe")
    ]
    if not summaries:
        return None
    return Readiness(
        samples=summaries[0]["samples"],
        accuracy=fmean(summary["accuracy"] for summary in summaries),
        informative=fmean(summary["informative"] for summary in summaries),
        spread=fmean(summary["spread"] for summary in summaries),
        seeds=len(summaries),
    )


def overlap(cells: Sequence[Cell], split: str, store: Store) -> Overlap | None:
    """How much of the test questions stands in the training data, of the cells that know."""
    role = f"overlap/{split}"
    found = [
        read_result(store.folder(cell.keys[role]) / "overlap.json")
        for cell in cells
        if cell.done(role)
    ]
    if not found:
        return None
    return Overlap(
        contaminated=fmean(one["contaminated"] for one in found),
        exact=fmean(one["exact"] for one in found),
        **_by_graphs(found),
    )


def _by_graphs(found: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Means of what graphs told, where every overlap has them; older ones have none."""
    told = [one.get("graphs", {}) for one in found]
    if not all(graphs.get("problems") for graphs in told):
        return {}
    return {name: fmean(graphs[name] for graphs in told) for name in ("equal", "structure")}


def declined(cells: Sequence[Cell], store: Store) -> str:
    """How many SFT problems the strategy declined in these cells, and why; empty if none."""
    reasons: Counter[str] = Counter()
    problems = 0
    for cell in cells:
        if cell.done("augment"):
            summary = read_result(store.folder(cell.keys["augment"]) / "summary.json")
            reasons.update(summary["declined"])
            problems += summary["problems"]
    if not reasons:
        return ""
    causes = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common())
    return f"{reasons.total()} of {problems} SFT problems were declined by the strategy: {causes}"


def left_out(cells: Sequence[Cell], split: str, store: Store) -> str:
    """How much of its data the benchmark of a split uses for nothing, and why; empty if none."""
    for cell in cells:
        if cell.done(role := f"problems/{split}"):
            summary = read_result(store.folder(cell.keys[role]) / "summary.json")
            counts = {why: n for why, n in summary.get("left_out", {}).items() if n}
            causes = "; ".join(f"{why} ({n})" for why, n in counts.items())
            return f"left out of the data: {causes}" if causes else ""
    return ""


def costs(cells: Sequence[Cell], store: Store) -> Costs:
    """Mean cost of these cells; a stage that cells share counts in full in each of them."""
    paid = [_paid(cell, store) for cell in cells]
    steps = [stages.get("rft", {}).get("steps", 0) for stages in paid]
    return Costs(
        tokens_trained=fmean(_total(stages, "tokens_trained") for stages in paid),
        tokens_generated=fmean(_total(stages, "tokens_generated") for stages in paid),
        wall_seconds=fmean(_total(stages, "wall_seconds") for stages in paid),
        rft_seconds=fmean(stages.get("rft", {}).get("wall_seconds", 0) for stages in paid),
        rft_steps=fmean(steps) if all(steps) else None,
    )


def underspent(cells: Sequence[Cell], store: Store) -> str:
    """How much of the budget of a matched RFT was left over; empty if none was."""
    shares = [store.costs(c.keys["rft"]).get("budget_share", 1.0) for c in cells if c.done("rft")]
    if not shares or min(shares) >= 1:
        return ""
    return f"RFT ended at its greatest number of steps with {min(shares):.0%} of the budget spent"


def _paid(cell: Cell, store: Store) -> dict[str, Mapping[str, float]]:
    return {
        role: store.costs(key)
        for role, key in cell.keys.items()
        if role.split("/")[0] in _PAID and cell.done(role)
    }


def _total(stages: Mapping[str, Mapping[str, float]], column: str) -> float:
    return sum(costs.get(column, 0) for costs in stages.values())
