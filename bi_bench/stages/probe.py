"""The stage "probe": is the SFT model ready for RL? Rollouts on problems of their own."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from bi_bench.stages.answers import answer, generated, gpu_costs, per_problem, prepare_asking
from bi_bench.stages.context import StageContext
from bi_bench.store.tables import write_json, write_rows


def run(context: StageContext) -> dict[str, Any]:
    """Write the rollouts and a summary of their accuracy a problem (BRIDGE, section 3)."""
    asking = prepare_asking(context)
    group = asking.settings.samples
    rows = answer(context, asking, asking.settings.sampled, group)
    write_rows(context.folder / "rollouts.parquet", rows)
    right = [sum(values) for values in per_problem(rows, group, "correct")]
    write_json(context.folder / "summary.json", summarise(right, group))
    return {"tokens_generated": generated(rows), **gpu_costs(asking.numerics)}


def summarise(right: list[int], group: int) -> dict[str, Any]:
    """Right rollouts a problem as readiness numbers.

    ``informative``: share of problems with 0 < accuracy < 1, the only ones a group-relative
    algorithm learns from; ``spread``: mean of sqrt(accuracy * (1 - accuracy)), the accuracy factor
    of the per-step influence (BRIDGE, Proposition 3.1); ``histogram``: problems by number right.
    """
    counts = Counter(right)
    return {
        "samples": group,
        "problems": len(right),
        "right": right,
        "accuracy": sum(right) / (len(right) * group),
        "informative": sum(0 < count < group for count in right) / len(right),
        "spread": sum(math.sqrt(c / group * (1 - c / group)) for c in right) / len(right),
        "histogram": [counts[number] for number in range(group + 1)],
    }
