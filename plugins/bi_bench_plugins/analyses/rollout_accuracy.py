"""The distribution of rollout accuracy over prompts, before and after RFT."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.api import Analysis, AnalysisContext

# The upper ends of the bins between never and always right, as shares of the rollouts.
BINS = {"up to 1/4": 0.25, "up to 1/2": 0.5, "up to 3/4": 0.75, "below 1": 1.0}


class RolloutAccuracy(Analysis):
    """Rollout accuracy over the probe's prompts, before and after RFT (a second probe).

    A group-relative algorithm learns from prompts with 0 < accuracy < 1 alone; ``spread`` is the
    mean of sqrt(a (1 - a)), the accuracy factor of Proposition 3.1 of BRIDGE.
    """

    name = "rollout-accuracy"
    needs = ("probe", "probe-rft")

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row a probe: shares of its prompts by accuracy, and the histogram by number right."""
        rows = []
        for role, checkpoint in (("probe", "sft"), ("probe-rft", "rft")):
            summary = json.loads((context.folders[role] / "summary.json").read_text())
            rows.append({"checkpoint": checkpoint, **distribution(**summary)})
        return rows


def distribution(
    right: Sequence[int], samples: int, histogram: Sequence[int], **_: Any
) -> dict[str, Any]:
    """One row from ``right`` rollouts a prompt, of ``samples`` each; shares from 0 to 1."""
    accuracies = [number / samples for number in right]
    n = len(right)
    between = [a for a in accuracies if 0 < a < 1]
    row: dict[str, Any] = {
        "prompts": n,
        "rollouts": samples,
        "accuracy": math.fsum(accuracies) / n,
        "informative": len(between) / n,
        "spread": math.fsum(math.sqrt(a * (1 - a)) for a in accuracies) / n,
        "never": accuracies.count(0.0) / n,
    }
    low = 0.0
    for name, high in BINS.items():
        row[name] = sum(low < a <= high for a in between) / n
        low = high
    return {**row, "always": accuracies.count(1.0) / n, "histogram": list(histogram)}
