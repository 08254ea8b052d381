"""The plan: the ordered steps of a solution, before they are words. Strategies edit plans."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bi_bench.api.graph import Order, ReasoningGraph

StepKind = Literal["read", "compute", "attempt", "return", "restate", "subgoal", "filler"]
STEP_KINDS: tuple[StepKind, ...] = get_args(StepKind)


@dataclass(frozen=True, slots=True)
class Step:
    """One step over a quantity of the graph.

    - ``read``: take a quantity without parents from the question;
    - ``compute``: its equation, the numbers, the value;
    - ``attempt``: try a quantity whose parents are unsolved, say which, leave it (exploration);
    - ``return``: come back to a quantity that was attempted before;
    - ``restate``: say the premise again before it is used (information analysis);
    - ``subgoal``: the intermediate results of the ``compute`` step it follows;
    - ``filler``: as many neutral ``words`` on the line of the quantity, saying nothing (a control).

    ``injected``: a strategy put it there. ``offset``: what is added to the true value when it is
    said (a wrong step, planted on purpose; later steps go on with the wrong value). ``content``:
    another quantity that is spoken of in its place (again on purpose): whose parents an attempt
    says are unsolved, whose premise is restated, whose intermediate results are said, to which
    the solution returns.
    """

    kind: StepKind
    quantity: str
    injected: bool = False
    offset: int = 0
    words: int = 0
    content: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a solution in order."""

    steps: tuple[Step, ...]

    def plain(self) -> Plan:
        """The plan without what was injected: spoken again it is the vanilla solution."""
        return Plan(tuple(replace(step, offset=0) for step in self.steps if not step.injected))


def base_plan(graph: ReasoningGraph, order: Order, rng: random.Random) -> Plan:
    """Every needed quantity read or computed once, in the order asked for, nothing injected."""
    return Plan(
        tuple(
            Step("compute" if graph[name].parents else "read", name)
            for name in graph.solution_order(order, rng)
        )
    )
