"""Checks of a cell: the reason to skip it, found before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Algorithm, Benchmark, RolloutPhase, Strategy, did_you_mean
from bi_bench.api.base_policy import NEEDS
from bi_bench.api.benchmark import PROVIDED
from bi_bench.plan.checks.kinds import kind_fault
from bi_bench.plan.recipe import Recipe, Recipes
from bi_bench.suite import Cell, Defaults, Entry


def skip_reason(cell: Cell, reference: Cell, defaults: Defaults, recipes: Recipes) -> str:
    """The reason to skip a cell, empty if it can run; ``reference`` is the cell it is matched to."""
    recipe = recipes.of(cell.algorithm)
    if reason := _unserved(cell, defaults, recipe):
        return reason
    if defaults.match_rft != "steps" and (reason := _unmatched(cell.algorithm, recipe)):
        return f'defaults.match_rft = "{defaults.match_rft}": {reason}'
    if defaults.match_sft == "none" and defaults.match_rft == "steps":
        return ""
    reason = _unserved(reference, defaults, recipe)
    return f"matched to {reference.strategy.label}: {reason}" if reason else ""


def _unserved(cell: Cell, defaults: Defaults, recipe: Recipe) -> str:
    if reason := recipe.fault or kind_fault(cell, defaults, recipe.phases):
        return reason
    wanted = dict.fromkeys(("sft", "rl", "probe", *defaults.evaluate.splits))
    if absent := [split for split in wanted if split not in cell.benchmark.plugin.splits]:
        reason = f"{cell.benchmark.label} has no problems for {', '.join(absent)}"
        alone = "sft" in absent
        return reason + "; name it in defaults.evaluate.benchmarks instead" * alone
    provided = cell.benchmark.plugin.provides
    for reward in recipe.rewards.values():
        if lacking := sorted(reward.cls.needs - provided):
            return (
                f'the reward "{reward.cls.name}" of {cell.algorithm.label} needs a '
                f"{' and a '.join(lacking)}, which {cell.benchmark.label} does not provide"
            )
    for phase in recipe.phases:
        if isinstance(phase, RolloutPhase) and phase.prompts > defaults.data.rl:
            return (
                f"{cell.algorithm.label} takes {phase.prompts} problems a step, more than "
                f"defaults.data.rl = {defaults.data.rl}"
            )
    # What bi_bench itself provides: the base model, and demonstrations of every arm.
    own: tuple[tuple[Entry[Strategy] | Entry[Algorithm], frozenset[str]], ...] = (
        (cell.strategy, NEEDS),
        (cell.algorithm, frozenset({"demonstrations"})),
    )
    for entry, given in own:
        if missing := sorted(entry.plugin.needs - provided - given):
            return _lacks(entry, cell.benchmark, missing, given)
    return ""


def _unmatched(algorithm: Entry[Algorithm], recipe: Recipe) -> str:
    """The reason why the RFT of an algorithm cannot end when a budget is spent; empty if it can."""
    phases = recipe.phases
    if reason := next((phase.fixed_length for phase in phases if phase.fixed_length), ""):
        return f"{algorithm.label} {reason}"
    if len(phases) > 1:
        return f"{algorithm.label} has {len(phases)} phases, and a budget can end but one"
    return ""


def _lacks(
    entry: Entry[Strategy] | Entry[Algorithm],
    benchmark: Entry[Benchmark],
    missing: Sequence[str],
    given: frozenset[str],
) -> str:
    known = {*PROVIDED, *benchmark.plugin.provides, *given} - {*missing}
    return (
        f"{entry.label} needs a {' and a '.join(missing)}, which {benchmark.label} does not "
        f"provide{did_you_mean(missing[0], known)}"
    )
