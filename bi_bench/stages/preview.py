"""Previews demonstrations: problems drawn and verified as a run does it, without a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
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
    stream,
)
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

    UserError where the strategy needs what the benchmark does not provide, and for faults of either.
    """
    if missing := sorted(strategy.needs - benchmark.provides):
        raise UserError(
            f"{strategy.name} needs a {missing[0]}, which {benchmark.name} does not provide"
        )
    if (finished := strategy.examples()) is not None:
        yield from islice(finished, n)
        return
    for problem in draw(benchmark, split, n, stream(seed, "sample", split)):
        result = verified(benchmark, strategy, problem, seed)
        if isinstance(result, Decline):
            yield Declined(problem, result.reason)
            continue
        for draft, solution, _ in result:
            prompt = asked(benchmark, problem, draft.premise_order)
            yield Demonstration(problem, prompt, solution)
