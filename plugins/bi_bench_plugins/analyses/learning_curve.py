"""The learning curve of the paper: greedy accuracy on test problems during RFT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any, Literal

from pydantic import Field

from bi_bench.api import Analysis, AnalysisContext, Benchmark, Lines, Parameters
from bi_bench_plugins.analyses.checkpoints import answers, checkpoints, load


class LearningCurveParameters(Parameters):
    """Which problems are asked at each checkpoint."""

    split: Annotated[
        Literal["val", "test-id", "test-ood"], Field(description="one of those evaluated")
    ] = "test-id"
    problems: Annotated[int, Field(ge=1, description="the first so many problems at most")] = 200


class LearningCurve(Analysis[LearningCurveParameters]):
    """Greedy accuracy after SFT, at every checkpoint that RFT kept, and after RFT.

    The first and the last point are the evaluations before and after RFT on the same problems. No
    checkpoint is chosen by it: the last one counts.
    """

    name = "learning-curve"
    needs = ("sft", "rft", "problems")
    uses_models = True
    figures = (
        Lines(
            {"accuracy": "greedy accuracy (share)", "tokens": "tokens an answer"},
            x="step",
            axis="RFT step",
            caption="Greedy answers to test problems at the checkpoints that RFT kept.",
        ),
    )

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """Where the split is not evaluated."""
        split = self.params.split
        if split not in defaults["evaluate"]["splits"] or split not in benchmark.splits:
            return f"{split} is not evaluated"
        return ""

    def work(self, defaults: Mapping[str, Any]) -> tuple[float, float]:
        """One answer a problem."""
        size = defaults["data"]["val" if self.params.split == "val" else "test"]
        return min(self.params.problems, size), 0.0

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row a checkpoint: ``step`` of RFT, share right, mean tokens, share truncated."""
        problems = context.problems(self.params.split)[: self.params.problems]
        rows = []
        for name, folder in checkpoints(context):
            given = answers(context, load(context, folder), problems, temperature=0.0)
            graded = zip(problems, given.texts, strict=True)
            rows.append(
                {
                    "checkpoint": name,
                    "step": _step(name, folder),
                    "split": self.params.split,
                    "problems": len(problems),
                    "accuracy": fmean(
                        context.benchmark.grade(p, text).correct for p, text in graded
                    ),
                    "tokens": fmean(map(len, given.completions)),
                    "truncated": fmean(given.truncated),
                }
            )
        return rows


def _step(name: str, folder: Path) -> int | None:
    """The step of a checkpoint; None after an outside trainer, which counts none."""
    if name == "rft":
        steps: int | None = json.loads((folder / "costs.json").read_text()).get("steps")
        return steps
    return 0 if name == "sft" else int(name.removeprefix("step "))
