"""Checks of a cell: the reason to skip it, found before anything runs."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Algorithm, Benchmark, Strategy, did_you_mean
from bi_bench.api.base_policy import NEEDS
from bi_bench.plan.checks.phases import phase_fault
from bi_bench.suite import Cell, Defaults, Entry

# What first-party benchmarks provide; others may provide more.
_PROVIDED = ("graph", "solution", "derivation")


def skip_reason(cell: Cell, reference: Cell, defaults: Defaults) -> str:
    """The reason to skip a cell, empty if it can run; ``reference`` is the cell it is matched to."""
    if reason := _unserved(cell, defaults):
        return reason
    if defaults.match_rft != "steps" and (reason := _unmatched(cell.algorithm)):
        return f'defaults.match_rft = "{defaults.match_rft}": {reason}'
    if defaults.match_sft == "none" and defaults.match_rft == "steps":
        return ""
    reason = _unserved(reference, defaults)
    return f"matched to {reference.strategy.label}: {reason}" if reason else ""


def _unserved(cell: Cell, defaults: Defaults) -> str:
    if reason := phase_fault(cell.algorithm):
        return reason
    wanted = dict.fromkeys(("sft", "rl", "probe", *defaults.evaluate.splits))
    if absent := [split for split in wanted if split not in cell.benchmark.plugin.splits]:
        reason = f"{cell.benchmark.label} has no problems for {', '.join(absent)}"
        alone = "sft" in absent
        return reason + "; name it in defaults.evaluate.benchmarks instead" * alone
    provided = cell.benchmark.plugin.provides
    phases = cell.algorithm.plugin.phases()
    if "derivation" not in provided and any(p.reward == "derivation" for p in phases):
        return (
            f"{cell.algorithm.label} rewards right derivations, which {cell.benchmark.label} "
            "cannot tell from wrong ones"
        )
    if short := [p for p in phases if p.trainer != "command" and p.prompts > defaults.data.rl]:
        return (
            f"{cell.algorithm.label} takes {short[0].prompts} problems a step, more than "
            f"defaults.data.rl = {defaults.data.rl}"
        )
    missing = cell.strategy.plugin.needs - provided - NEEDS
    return _lacks(cell.strategy, cell.benchmark, sorted(missing)) if missing else ""


def _unmatched(algorithm: Entry[Algorithm]) -> str:
    """The reason why the RFT of an algorithm cannot end when a budget is spent; empty if it can."""
    phases = algorithm.plugin.phases()
    if any(phase.trainer == "command" for phase in phases):
        return f"{algorithm.label} hands RFT to an outside trainer, which cannot be stopped"
    if len(phases) > 1:
        return f"{algorithm.label} has {len(phases)} phases, and a budget can end but one"
    schedule = phases[0].config.get("lr_scheduler_type", "constant")
    if schedule not in ("constant", "constant_with_warmup"):
        return f'the schedule "{schedule}" of {algorithm.label} needs a fixed number of steps'
    return ""


def _lacks(strategy: Entry[Strategy], benchmark: Entry[Benchmark], missing: Sequence[str]) -> str:
    hint = did_you_mean(missing[0], {*_PROVIDED, *benchmark.plugin.provides, *NEEDS} - {*missing})
    return (
        f"{strategy.label} needs a {' and a '.join(missing)}, which {benchmark.label} does not "
        f"provide{hint}"
    )
