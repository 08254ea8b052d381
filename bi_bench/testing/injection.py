"""Injects steps of every kind: what a benchmark with a graph must be able to say."""

from __future__ import annotations

import random

from bi_bench.api import Plan, ReasoningGraph, Step, subgoal_count
from bi_bench.api.plan import StepKind


def inject(graph: ReasoningGraph, plan: Plan, rng: random.Random) -> Plan:
    """A plan with steps of every kind at random places; a true plan stays true."""
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
