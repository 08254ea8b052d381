"""Influence and co-influence of prompts on each other, at the SFT model and through RFT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from bi_bench.api import (
    Analysis,
    AnalysisContext,
    Bars,
    Benchmark,
    Lines,
    Parameters,
    Problem,
    derive_seed,
)
from bi_bench_plugins.analyses.checkpoints import answers, checkpoints, load

if TYPE_CHECKING:
    from bi_bench.training.checkpoint import Checkpoint
    from bi_bench.training.influence.gradients import Group


class InfluenceParameters(Parameters):
    """How many rollouts are drawn, and which part of their gradients is looked at."""

    problems: Annotated[
        int,
        Field(
            ge=2, description="probe problems at most: every other one a query, the rest targets"
        ),
    ] = 64
    rollouts: Annotated[int, Field(ge=2, description="rollouts a problem")] = 16
    reward: Annotated[
        Literal["answer", "derivation"], Field(description="what a rollout earns")
    ] = "answer"
    gradients: Annotated[
        Literal["full", "last-layers", "lora", "projection"],
        Field(description="the part of the gradients that is compared"),
    ] = "full"
    size: Annotated[int, Field(ge=0, description="layers, rank or dimensions; 0 for full")] = 0
    aggregate: Annotated[
        Literal["mean", "sum"], Field(description="of the tokens of a rollout; trainers take mean")
    ] = "mean"
    batch_size: Annotated[int, Field(ge=1, description="rollouts in one backward pass")] = 64


class InfluenceAnalysis(Analysis[InfluenceParameters]):
    """Per-step influence and co-influence on held-out prompts (BRIDGE, Proposition 3.1).

    Rollouts are drawn afresh from each checkpoint, with the same random numbers in all arms.
    Gradients are in float32. Influence is for each unit of learning rate of a plain gradient step.
    """

    name = "influence"
    paper = "arXiv:2505.18917"
    needs = ("sft", "rft", "problems/probe")
    uses_models = True
    figures = (
        Bars(
            {
                "influence": "influence per unit of learning rate",
                "co_influence": "co-influence per unit of learning rate",
                "cosine": "cosine of gradients",
            },
            groups="checkpoint",
            spread={
                "influence": "influences",
                "co_influence": "co_influences",
                "cosine": "cosines",
            },
            caption="Influence of a step on one query on the targets; co-influence is divided by "
            "the accuracy factor of the query, cosine by the norms of both gradients.",
        ),
        Lines(
            {
                "accuracy": "right rollouts (share)",
                "informative": "informative queries (share)",
            },
            x="checkpoint",
            axis="checkpoint: after SFT, through RFT, after RFT",
            caption="Rollouts that the analysis draws afresh from each checkpoint on problems of "
            "the probe, at the temperature of RFT: no test accuracy.",
        ),
    )

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """With fewer than two problems, or a reward that the benchmark cannot tell."""
        if defaults["data"]["probe"] < 2:
            return "a query and a target are two problems, and defaults.data.probe is 1"
        if self.params.reward == "derivation" and "derivation" not in benchmark.provides:
            return "the benchmark cannot tell whether a derivation is right"
        return ""

    def work(self, defaults: Mapping[str, Any]) -> tuple[float, float]:
        """Every rollout is drawn, and has a gradient."""
        rollouts = min(self.params.problems, defaults["data"]["probe"]) * self.params.rollouts
        return rollouts, rollouts

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row a checkpoint: means over queries, and in lists the value of each query.

        ``co_influence``, ``cosine`` and ``positive`` are over the informative queries, None if
        there is none.
        """
        problems = context.problems("probe")
        return [
            {"checkpoint": name, **self._row(context, load(context, folder), problems)}
            for name, folder in checkpoints(context)
        ]

    def _row(
        self, context: AnalysisContext, checkpoint: Checkpoint, problems: Sequence[Problem]
    ) -> dict[str, Any]:
        from bi_bench.training.influence.measure import measure_influence
        from bi_bench.training.influence.subspace import Subspace

        params = self.params
        groups = self._groups(context, checkpoint, problems[: params.problems])
        queries, targets = groups[::2], groups[1::2]
        found = measure_influence(
            checkpoint.model,
            queries,
            targets,
            subspace=Subspace(params.gradients, params.size, derive_seed(context.seed, "subspace")),
            temperature=context.settings["temperature"],
            aggregate=params.aggregate,
            batch=params.batch_size,
        )
        informative = [value for value in found.co_influence if value is not None]
        return {
            "gradients": f"{params.gradients} {params.size or ''}".strip(),
            "queries": len(queries),
            "targets": len(targets),
            "rollouts": params.rollouts,
            "accuracy": fmean(group.accuracy for group in groups),
            "informative": fmean(group.spread > 0 for group in queries),
            "spread": fmean(group.spread for group in queries),
            "influence": fmean(found.influence),
            "co_influence": fmean(informative) if informative else None,
            "cosine": _mean(found.cosine),
            "positive": fmean(value > 0 for value in informative) if informative else None,
            "target_norm": found.target_norm,
            "influences": found.influence,
            "co_influences": found.co_influence,
            "cosines": found.cosine,
            "accuracies": [group.accuracy for group in queries],
        }

    def _groups(
        self, context: AnalysisContext, checkpoint: Checkpoint, problems: Sequence[Problem]
    ) -> list[Group]:
        from bi_bench.training.influence.gradients import Group

        size, temperature = self.params.rollouts, context.settings["temperature"]
        drawn = answers(context, checkpoint, problems, temperature=temperature, group=size)
        groups = []
        for index, (problem, prompt) in enumerate(zip(problems, drawn.prompts, strict=True)):
            rows = slice(index * size, (index + 1) * size)
            rewards = [self._reward(context, problem, text) for text in drawn.texts[rows]]
            groups.append(Group(prompt, drawn.completions[rows], rewards))
        return groups

    def _reward(self, context: AnalysisContext, problem: Problem, text: str) -> float:
        grade = context.benchmark.grade(problem, text)
        return float(grade.correct if self.params.reward == "answer" else bool(grade.derivation))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
