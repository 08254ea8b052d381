"""The worker's entry point: runs one stage in this process."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.api.progress import Progress
from bi_bench.artifacts.costs import Costs
from bi_bench.stages.in_process import run_in_process
from bi_bench.stages.multi_process import run_multi_process

# Only these may need the network (a hub model, a hub dataset); every other stage works on what is here.
ONLINE_KINDS = ("base", "problems")


def run_stage(
    stage: Mapping[str, Any],
    inputs: Mapping[str, Path],
    folder: Path,
    progress: Progress,
) -> Costs:
    """Fill ``folder`` with the result of a stage (``Stage.to_json()``); returns its costs.

    Costs are what the stage counted, and the kind of CPU.
    """
    if stage["kind"] not in ONLINE_KINDS:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if (processes := stage["identity"].get("processes", 1)) > 1:
        return run_multi_process(stage, inputs, folder, progress, processes)
    return run_in_process(stage, inputs, folder, progress)
