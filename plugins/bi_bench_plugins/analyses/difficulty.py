"""Accuracy by number of operations, before and after reinforcement fine-tuning."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.api import Analysis, AnalysisContext, Lines


class Difficulty(Analysis):
    """Greedy accuracy by number of operations, before and after RFT."""

    name = "difficulty"
    needs = ("pre", "post")
    figures = (
        Lines(
            {"accuracy": "greedy accuracy (share of problems)"},
            x="ops",
            axis="operations of a problem (-1: not known)",
            panels="evaluation",
            caption="Greedy accuracy by number of operations, before (pre) and after RFT (post).",
        ),
    )

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row for each evaluation and number of operations: problems and accuracy."""
        rows = []
        for role, folder in sorted(context.folders.items()):
            outcomes = json.loads((folder / "outcomes.json").read_text())
            groups: dict[int, list[bool]] = defaultdict(list)
            for ops, right in zip(outcomes["ops"], outcomes["greedy"], strict=True):
                groups[-1 if ops is None else ops].append(right)
            for ops, right in sorted(groups.items()):
                accuracy = sum(right) / len(right)
                row = {"ops": ops, "problems": len(right), "accuracy": accuracy}
                rows.append({"evaluation": role, **row})
        return rows
