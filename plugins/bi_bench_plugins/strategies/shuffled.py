"""Shuffled behaviours, a control: BRIDGE's behaviours in form and place, with wrong content."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

from bi_bench.api import (
    Draft,
    DraftContext,
    Plan,
    Problem,
    ReasoningGraph,
    Step,
    Strategy,
    subgoal_count,
)
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters


class ShuffledBehaviours(Strategy[BridgeParameters]):
    """A control: BRIDGE's behaviours, each with the content of another quantity drawn at random.

    Kinds, number and places are those that ``bridge`` draws with the same parameters. But
    restatements are of other premises, attempts miss the parents of other quantities,
    returns go where nothing was attempted, intermediate results are those of other computations.
    The values and the answer stay true, and so do redundant steps. What remains of the gain is due
    to the form of the behaviours. A behaviour for which the graph has no other content keeps its own.
    """

    name = "shuffled-behaviours"
    version = Bridge.version  # its plan is what is shuffled
    faithful = False

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """One demonstration a problem: BRIDGE's plan with borrowed content."""
        bridge = Bridge(self.params).inject(problem, plan, context.rng)
        if problem.graph is None:
            raise TypeError("shuffled-behaviours needs a graph")
        attempted = {step.quantity for step in bridge.steps if step.kind == "attempt"}
        steps = [_borrow(problem.graph, s, attempted, context.rng) for s in bridge.steps]
        return [Draft(plan=Plan(tuple(steps)))]


def _borrow(graph: ReasoningGraph, step: Step, attempted: set[str], rng: random.Random) -> Step:
    parents = set(graph[step.quantity].parents)
    foreign = [
        other.name
        for other in graph.quantities
        if other.name != step.quantity
        and (
            (step.kind == "restate" and other.premise)
            or (step.kind == "return" and other.name not in attempted)
            or (step.kind == "attempt" and other.parents and parents.isdisjoint(other.parents))
            or (step.kind == "subgoal" and subgoal_count(graph, other.name) > 0)
        )
    ]
    return replace(step, content=rng.choice(foreign)) if foreign else step
