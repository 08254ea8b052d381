"""Previews demonstrations: problems drawn and verified as a run does it, without a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

from bi_bench.api import (
    Benchmark,
    Decline,
    Example,
    Problem,
    Solution,
    Split,
    Strategy,
    UserError,
    did_you_mean,
    stream,
)
from bi_bench.api.base_policy import NEEDS
from bi_bench.stages.demonstrate import finished
from bi_bench.stages.draw import draw
from bi_bench.stages.grading import asked
from bi_bench.stages.verified import verified


class Declined(NamedTuple):
    """A problem that the strategy declined."""

    problem: Problem
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Its id and the reason."""
        return {"id": self.problem.id, "declined": self.reason}


class Demonstration(NamedTuple):
    """A problem as the benchmark asks it, with a verified solution."""

    problem: Problem
    prompt: str
    solution: Solution

    def to_json(self) -> dict[str, Any]:
        """All of it, with the spans of the solution and the graph."""
        problem, solution = self.problem, self.solution
        return {
            "id": problem.id,
            "question": problem.question,
            "prompt": self.prompt,
            "answer": problem.answer,
            "solution": solution.text,
            "spans": [asdict(span) for span in solution.spans],
            "graph": None if problem.graph is None else problem.graph.to_json(),
            "metadata": dict(problem.metadata),
        }


def previews(
    benchmark: Benchmark, strategy: Strategy, split: Split, n: int, seed: int
) -> Iterator[Declined | Demonstration | Example]:
    """Demonstrations of ``n`` problems, or ``n`` finished examples of a strategy that has these.

    UserError where the strategy needs what the benchmark does not provide or a base model, and for
    faults of either.
    """
    if strategy.needs & NEEDS:
        raise UserError(
            f"{strategy.name} uses the base model, which a suite names; run one and read the "
            "demonstrations in examples.parquet of its augment stage"
        )
    if missing := sorted(strategy.needs - benchmark.provides):
        raise UserError(
            f"{strategy.name} needs a {missing[0]}, which {benchmark.name} does not provide"
            f"{did_you_mean(missing[0], benchmark.provides | NEEDS)}"
        )
    problems = draw(benchmark, split, n, stream(seed, "sample", split))
    if (rows := finished(benchmark, strategy, problems, seed, most=n)) is not None:
        yield from rows
        return
    for problem in problems:
        result = verified(benchmark, strategy, problem, seed)
        if isinstance(result, Decline):
            yield Declined(problem, result.reason)
            continue
        for draft, solution, _ in result:
            prompt = draft.prompt or asked(benchmark, problem, draft.premise_order)
            yield Demonstration(problem, prompt, solution)
