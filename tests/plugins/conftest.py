"""What the tests of benchmarks with graphs share: edited plans."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    Plan,
    Problem,
    ReasoningGraph,
    Solution,
    Step,
    Strategy,
    subgoal_count,
)
from bi_bench.api.plan import StepKind
from bi_bench.stages.demonstrate import demonstrations

Edit = Callable[[ReasoningGraph, Plan, random.Random], Plan]


def made(
    benchmark: Benchmark, strategy: Strategy, problem: Problem, seed: int
) -> list[tuple[Draft, Solution]]:
    """The demonstrations of a strategy that does not decline."""
    result = demonstrations(benchmark, strategy, problem, seed)
    assert not isinstance(result, Decline)
    return result


@pytest.fixture
def inject() -> Edit:
    """Adds steps of every kind at random places; a true plan stays true."""

    def inject(graph: ReasoningGraph, plan: Plan, rng: random.Random) -> Plan:
        known: set[str] = set()
        attempted: set[str] = set()
        steps: list[Step] = []

        def solve(step: Step) -> None:
            name, parents = step.quantity, graph[step.quantity].parents
            if name in attempted and rng.random() < 0.7:
                steps.append(Step("return", name, injected=True))
            if graph[name].premise and rng.random() < 0.5:
                steps.append(Step("restate", name, injected=True))
            steps.append(step)
            if parents and rng.random() < 0.5:
                steps.extend([Step("subgoal", name, injected=True)] * subgoal_count(graph, name))
            known.add(name)

        for step in plan.steps:
            for quantity in rng.sample(graph.quantities, min(3, len(graph.quantities))):
                if quantity.name in known:
                    continue
                if not known.issuperset(quantity.parents):
                    steps.append(Step("attempt", quantity.name, injected=True))
                    attempted.add(quantity.name)
                elif not quantity.needed:
                    kind: StepKind = "compute" if quantity.parents else "read"
                    solve(Step(kind, quantity.name, injected=True))
            solve(step)
        return Plan(tuple(steps))

    return inject
