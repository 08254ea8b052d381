"""Averages the measurements next to a score: answers, derivations, readiness, overlap, costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from bi_bench.artifacts import role as roles
from bi_bench.artifacts.costs import Costs as Spent
from bi_bench.artifacts.demonstrations import AugmentSummary
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.overlap import Overlap as Measured
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.problems import ProblemsSummary
from bi_bench.artifacts.role import AUGMENT, PROBE, RFT
from bi_bench.report.content.derivations import judged, wrong_among_right
from bi_bench.report.content.row import Answers, Costs, Overlap, Readiness
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results

# The base model and the problems are inputs of the suite, analyses are not needed for the gain.
_PAID = ("augment", "sft", "probe", "rft", "pre", "post")


def answers(outcomes: Sequence[Outcomes]) -> Answers:
    """Means over the evaluations of several seeds."""
    derivations = judged(outcomes)
    unrecognised = _unrecognised(outcomes)
    contradictory = [one.contradictory for one in outcomes if one.contradictory is not None]
    return Answers(
        truncated=fmean(one.truncated for one in outcomes),
        unparsed=fmean(one.unparsed for one in outcomes),
        tokens=fmean(one.tokens for one in outcomes),
        derivation=fmean(right and sound for right, sound in derivations) if derivations else None,
        wrong_derivation=_stated_wrongly(outcomes, unrecognised),
        contradictory=fmean(contradictory) if len(contradictory) == len(outcomes) else None,
        unrecognised=unrecognised,
    )


def _stated_wrongly(outcomes: Sequence[Outcomes], unrecognised: float | None) -> float | None:
    """The share of right greedy answers of which a needed step is stated wrongly."""
    share = wrong_among_right(outcomes)
    return None if share is None else share - (unrecognised or 0.0)


def _unrecognised(outcomes: Sequence[Outcomes]) -> float | None:
    """The share of right greedy answers in which a needed step was not found; None if not measured."""
    if not all(one.unrecognised for one in outcomes):
        return None
    found = [
        unknown
        for one in outcomes
        for right, sound, unknown in zip(one.greedy, one.derivation, one.unrecognised, strict=True)
        if right and sound is not None
    ]
    return fmean(found) if found else None


def readiness(cells: Sequence[Cell], results: Results) -> Readiness | None:
    """The probes of these cells, of those that have one."""
    found = [results.artifact(ProbeSummary, key) for key in results.done(cells, PROBE)]
    if not found:
        return None
    return Readiness(
        samples=found[0].samples,
        accuracy=fmean(probe.accuracy for probe in found),
        informative=fmean(probe.informative for probe in found),
        spread=fmean(probe.spread for probe in found),
        seeds=len(found),
    )


def overlap(cells: Sequence[Cell], split: str, results: Results) -> Overlap | None:
    """The overlap of test questions with the training data, of the cells where it was measured."""
    keys = results.done(cells, roles.overlap(split))
    found = [results.artifact(Measured, key) for key in keys]
    if not found:
        return None
    graphs = [one.graphs for one in found if one.graphs.problems]
    complete = len(graphs) == len(found)  # older ones have no graphs
    return Overlap(
        contaminated=fmean(one.contaminated for one in found),
        exact=fmean(one.exact for one in found),
        equal=_mean([one.equal for one in graphs]) if complete else None,
        structure=_mean([one.structure for one in graphs]) if complete else None,
    )


def declined(cells: Sequence[Cell], results: Results) -> str:
    """A note on the SFT problems that the strategy declined, with the reasons; empty if none."""
    found = [results.artifact(AugmentSummary, key) for key in results.done(cells, AUGMENT)]
    reasons: Counter[str] = Counter()
    for summary in found:
        reasons.update(summary.declined)
    if not reasons:
        return ""
    problems = sum(summary.problems for summary in found)
    causes = "; ".join(f"{reason} ({number})" for reason, number in reasons.most_common())
    return f"{reasons.total()} of {problems} SFT problems were declined by the strategy: {causes}"


def left_out(cells: Sequence[Cell], split: str, results: Results) -> str:
    """A note on the data that the benchmark of a split does not use, with the reasons; empty if none."""
    for key in results.done(cells, roles.problems(split)):
        summary = results.artifact(ProblemsSummary, key)
        counts = {why: n for why, n in summary.left_out.items() if n}
        causes = "; ".join(f"{why} ({n})" for why, n in counts.items())
        return f"left out of the data: {causes}" if causes else ""
    return ""


def costs(cells: Sequence[Cell], results: Results) -> Costs:
    """Mean cost of these cells; a stage that cells share counts in full in each of them."""
    paid = [_paid(cell, results) for cell in cells]
    rft = [results.costs(cell.keys[RFT]) if cell.done(RFT) else Spent() for cell in cells]
    steps = [one.steps or 0 for one in rft]
    return Costs(
        tokens_trained=fmean(sum(one.tokens_trained or 0 for one in stages) for stages in paid),
        tokens_generated=fmean(sum(one.tokens_generated or 0 for one in stages) for stages in paid),
        wall_seconds=fmean(sum(one.wall_seconds or 0 for one in stages) for stages in paid),
        rft_seconds=fmean(one.wall_seconds or 0 for one in rft),
        rft_steps=fmean(steps) if all(steps) else None,
    )


def underspent(cells: Sequence[Cell], results: Results) -> str:
    """A note on the unspent budget of a matched RFT; empty if all was spent."""
    budgets = [results.costs(key).budget_share for key in results.done(cells, RFT)]
    least = min((share for share in budgets if share is not None), default=1.0)
    if least >= 1:
        return ""
    return f"RFT ended at its greatest number of steps with {least:.0%} of the budget spent"


def _paid(cell: Cell, results: Results) -> list[Spent]:
    roles = [role for role in cell.keys if role.part in _PAID and cell.done(role)]
    return [results.costs(cell.keys[role]) for role in roles]


def _mean(shares: Sequence[float | None]) -> float:
    return fmean(share or 0.0 for share in shares)
