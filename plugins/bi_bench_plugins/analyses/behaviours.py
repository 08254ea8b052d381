"""Behaviours in the model's own answers, before and after RFT."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from bi_bench.api import (
    Analysis,
    AnalysisContext,
    Bars,
    Benchmark,
    Parameters,
    ReasoningGraph,
    Stated,
    UserError,
    verify,
)

BEHAVIOURS = ("attempts", "returns", "restatements", "subgoals", "redundant")


class BehavioursParameters(Parameters):
    """Which answers are read."""

    decoding: Annotated[
        Literal["greedy", "sampled"], Field(description="the answers that are read")
    ] = "greedy"


class Behaviours(Analysis[BehavioursParameters]):
    """Behaviours an answer, before and after RFT: blocked attempts, returns, restatements ...

    Read by the benchmark's parser from what the model wrote, so a behaviour counts only in words
    that the benchmark knows. Benchmarks without graphs cannot be read.
    """

    name = "behaviours"
    needs = ("pre", "post", "problems")
    figures = (
        Bars(
            {name: f"{name} an answer" for name in BEHAVIOURS},
            groups="evaluation",
            caption="Behaviours that the benchmark's parser finds in an answer, "
            "before (pre) and after RFT (post).",
        ),
    )

    def declines(self, benchmark: Benchmark, defaults: Mapping[str, Any]) -> str:
        """Without a graph to read steps of, or without the answers that are asked for."""
        if "graph" not in benchmark.provides:
            return "the benchmark has no graphs to read steps of"
        if self.params.decoding == "sampled" and not defaults["evaluate"]["samples"]:
            return "defaults.evaluate.samples is 0"
        return ""

    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """One row an evaluation: means an answer, and the share of answers with an attempt.

        ``wrong`` is the share of the stated steps that the verifier finds wrong. Answers to problems
        without a graph do not count.
        """
        rows = []
        for role in context.folders:
            when, _, split = role.partition("/")
            if when in ("pre", "post"):
                rows.append({"evaluation": role, **self._row(context, role, split)})
        return rows

    def _row(self, context: AnalysisContext, role: str, split: str) -> dict[str, Any]:
        greedy = self.params.decoding == "greedy"
        answers = [
            row
            for row in context.rows(role, "samples.parquet")
            if (row["temperature"] == 0) == greedy
        ]
        if not answers:
            raise UserError(
                f'behaviours.decoding = "{self.params.decoding}", but {role} has no such answers; '
                "raise defaults.evaluate.samples"
            )
        problems = {problem.id: problem for problem in context.problems(split)}
        counts: list[Counter[str]] = []
        steps = wrong = 0
        for answer in answers:
            problem = problems[answer["problem"]]
            if problem.graph is None:
                continue
            stated = context.benchmark.steps(problem, answer["completion"])
            counts.append(count(problem.graph, stated))
            steps += len(stated)
            wrong += sum(not verdict.right for verdict in verify(problem.graph, stated))
        n = len(counts)
        if not n:
            raise UserError(f"behaviours: no problem of {split} has a graph to read steps of")
        return {
            "answers": n,
            **{name: math.fsum(one[name] for one in counts) / n for name in BEHAVIOURS},
            "with attempt": sum(one["attempts"] > 0 for one in counts) / n,
            "wrong": wrong / steps if steps else None,
        }


def count(graph: ReasoningGraph, steps: Sequence[Stated]) -> Counter[str]:
    """How often each behaviour is shown in the steps of one answer.

    - ``attempts``: blocked ones, at a quantity with an unsolved parent;
    - ``returns``: to a quantity that was attempted before;
    - ``restatements`` of premises, right or wrong;
    - ``subgoals``: intermediate results between the numbers of a computation and its value;
    - ``redundant``: quantities that are read or computed without being needed.
    """
    found: Counter[str] = Counter()
    known: set[str] = set()
    attempted: set[str] = set()
    for step in steps:
        quantity = graph.by_name.get(step.quantity)
        if quantity is None:
            continue
        if step.kind == "attempt" and not known.issuperset(quantity.parents):
            found["attempts"] += 1
            attempted.add(step.quantity)
        elif step.kind == "return" and step.quantity in attempted:
            found["returns"] += 1
        elif step.kind == "restate":
            found["restatements"] += 1
        elif step.value is not None:
            found["redundant"] += not quantity.needed
            # The chain of a computation: its equation, the numbers, what is between, the value.
            found["subgoals"] += max(0, len(step.chain) - 3)
            known.add(step.quantity)
    return found
