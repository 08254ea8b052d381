"""Checks of the kind of a cell's model: does everything else in the cell serve that kind?"""

from __future__ import annotations

from collections.abc import Iterable

from bi_bench.api import (
    CAUSAL,
    Algorithm,
    Analysis,
    Benchmark,
    LanguageModel,
    Phase,
    SupervisedUpdates,
)
from bi_bench.api.base_policy import NEEDS
from bi_bench.suite import Cell, Defaults, Entry


def kind_fault(cell: Cell, defaults: Defaults, phases: Iterable[Phase]) -> str:
    """The reason why a cell's algorithm or settings do not serve the kind of its model; empty if they do."""
    if reason := unserved(cell.algorithm, cell.model):
        return reason
    kind = cell.model.plugin.kind
    if kind == CAUSAL:
        return ""
    alone = f"serves causal models alone, and {cell.model.label} is of the kind {kind}"
    for phase in phases:
        if not isinstance(phase, SupervisedUpdates):
            return f'the trainer "{phase.trainer}" of {cell.algorithm.label} {alone}'
        if phase.data != "demonstrations":
            return f'data = "{phase.data}" in a phase of {cell.algorithm.label} {alone}'
        if phase.start != "previous":
            return f'start = "{phase.start}" in a phase of {cell.algorithm.label} {alone}'
    if cell.strategy.plugin.needs & NEEDS:
        return f"{cell.strategy.label} uses the base model and {alone}"
    if runs_models(cell.benchmark.plugin):
        return f"{cell.benchmark.label} runs the model by itself and {alone}"
    settings = {
        'defaults.rollouts.engine = "vllm"': defaults.rollouts.engine == "vllm",
        "defaults.prompt.template": defaults.prompt.template != "none",
        "defaults.lora": bool(defaults.lora.stages),
        'defaults.match_sft = "tokens"': defaults.match_sft == "tokens",
        "defaults.match_rft": defaults.match_rft != "steps",
        "defaults.numerics.processes > 1": defaults.numerics.processes > 1,
    }
    return next((f"{key} {alone}" for key, given in settings.items() if given), "")


def unserved(plugin: Entry[Algorithm] | Entry[Analysis], model: Entry[LanguageModel]) -> str:
    """The reason why a plugin does not serve a model; empty if it does."""
    kind, kinds = model.plugin.kind, plugin.plugin.kinds
    if kind in kinds:
        return ""
    return (
        f"{plugin.label} serves models of the kind {' or '.join(sorted(kinds))}, and {model.label} is "
        f"of the kind {kind}"
    )


def runs_models(benchmark: Benchmark) -> bool:
    """True of a benchmark that evaluates the files of a checkpoint by itself."""
    return type(benchmark).evaluate is not Benchmark.evaluate
