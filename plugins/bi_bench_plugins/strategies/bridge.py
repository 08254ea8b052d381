"""BRIDGE: exploratory and exploitative behaviours injected into the solution (arXiv 2505.18917)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from bi_bench.api import (
    Draft,
    DraftContext,
    Parameters,
    Plan,
    Problem,
    ReasoningGraph,
    Step,
    Strategy,
    subgoal_count,
)

# Probability to restate a premise, by its number of operands, constants included; the last entry
# holds for more operands. Level 2 is the paper's setting.
ANALYSIS: tuple[tuple[float, ...], ...] = (
    (0.0,),
    (0.0, 0.0, 0.1, 0.4, 0.8, 1.0),
    (0.0, 0.1, 0.4, 0.8, 1.0),
    (0.0, 0.4, 0.8, 1.0),
    (0.0, 1.0),
)
REDUNDANT_SHARE = 0.3  # of exploration slots look at a quantity that is not needed


class BridgeParameters(Parameters):
    """Each behaviour can be switched off alone: reflection 0, analysis 0, subgoals false."""

    reflection: Annotated[
        float, Field(ge=0, le=1, description="probability of an exploration slot between steps")
    ] = 0.1
    analysis: Annotated[int, Field(ge=0, le=4, description="information analysis level")] = 2
    subgoals: Annotated[
        bool, Field(description="intermediate results, one operation at a time")
    ] = True


class Bridge(Strategy[BridgeParameters]):
    """BRIDGE: blocked attempts and returns, premises restated, computations in small steps.

    Follows Algorithm 1 and the authors' generator, as an edit of the plan. Between two steps a
    slot opens with probability ``reflection``: a later quantity (30 % of the time a redundant one)
    is attempted; if a parent is unsolved the attempt is blocked, says so and is returned to in its
    turn. A redundant quantity that could be solved is solved. A needed one that could be solved is
    drawn again, where the authors would solve it early: the order of the plain steps stays that
    of the vanilla arm, so dropping the injected steps gives the vanilla solution.
    """

    name = "bridge"
    paper = "arXiv:2505.18917"
    version = 2

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """One demonstration a problem: the plain plan with injected steps."""
        return [Draft(plan=self.inject(problem, plan, context.rng))]

    def inject(self, problem: Problem, plan: Plan | None, rng: random.Random) -> Plan:
        """The plain plan with injected steps; controls measure themselves against it."""
        if plan is None or problem.graph is None:
            raise TypeError("bridge edits plans; the benchmark gave none")
        return Plan(tuple(self._steps(problem.graph, plan, rng)))

    def _steps(self, graph: ReasoningGraph, plan: Plan, rng: random.Random) -> Iterator[Step]:
        solved: set[str] = set()
        attempted: set[str] = set()
        last = len(plan.steps) - 1
        for position, step in enumerate(plan.steps):
            if 0 < position < last and rng.random() < self.params.reflection:
                later = [s.quantity for s in plan.steps[position + 1 :]]
                yield from self._explore(graph, later, solved, attempted, rng)
            yield from self._exploit(graph, step, attempted, rng)
            solved.add(step.quantity)

    def _explore(
        self,
        graph: ReasoningGraph,
        later: list[str],
        solved: set[str],
        attempted: set[str],
        rng: random.Random,
    ) -> Iterator[Step]:
        """A look at something else than the next step; nothing if there is nothing to look at."""
        redundant = [q.name for q in graph.redundant if q.name not in solved]
        locked = [name for name in later if set(graph[name].parents) - solved]
        pool = redundant if redundant and rng.random() < REDUNDANT_SHARE else locked
        if not pool:
            return
        name = rng.choice(pool)
        if set(graph[name].parents) - solved:
            yield from self._restate(graph, name, rng)
            yield Step("attempt", name, injected=True)
            attempted.add(name)
        else:
            yield from self._exploit(graph, _solve(graph, name), attempted, rng)
            solved.add(name)

    def _exploit(
        self, graph: ReasoningGraph, step: Step, attempted: set[str], rng: random.Random
    ) -> Iterator[Step]:
        """A step that solves its quantity, with what helps to get it right."""
        if step.quantity in attempted:
            yield Step("return", step.quantity, injected=True)
        yield from self._restate(graph, step.quantity, rng)
        yield step
        if step.kind == "compute" and self.params.subgoals:
            for _ in range(subgoal_count(graph, step.quantity)):
                yield Step("subgoal", step.quantity, injected=True)

    def _restate(self, graph: ReasoningGraph, name: str, rng: random.Random) -> Iterator[Step]:
        level = ANALYSIS[self.params.analysis]
        quantity = graph[name]
        probability = level[min(quantity.operands, len(level) - 1)]
        # A constant is read, not computed: the authors' generator never restates one.
        computed = bool(quantity.parents) or isinstance(quantity.equation, tuple)
        if quantity.premise and computed and rng.random() < probability:
            yield Step("restate", name, injected=True)


def _solve(graph: ReasoningGraph, name: str) -> Step:
    return Step("compute" if graph[name].parents else "read", name, injected=True)
