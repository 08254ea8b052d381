"""A stage in this process and no other."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.api.progress import Progress
from bi_bench.artifacts.costs import Costs
from bi_bench.machine.cpu import kind_of_cpu
from bi_bench.stages.context import StageContext


def run_in_process(
    stage: Mapping[str, Any],
    inputs: Mapping[str, Path],
    folder: Path,
    progress: Progress,
) -> Costs:
    """The stage function itself, in this process; adds the kind of CPU to its costs."""
    module = importlib.import_module(f"bi_bench.stages.{stage['kind']}")
    context = StageContext.make(stage, inputs, folder, progress)
    costs: Costs = module.run(context)
    return costs.model_copy(update={"cpu": kind_of_cpu()})
