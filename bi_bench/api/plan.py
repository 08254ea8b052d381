"""The plan: the ordered steps of a solution before they are worded. Strategies edit plans."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bi_bench.api.errors import did_you_mean
from bi_bench.api.graph import Order, ReasoningGraph

StepKind = Literal["read", "compute", "attempt", "return", "restate", "subgoal", "filler", "say"]
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
    - ``filler``: as many neutral ``words`` on the line of the quantity, saying nothing (a control);
    - ``say``: the ``text``, on a line of its own: words that state no step, such as a
      check, an admission of an error or an outlook. Always injected.

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
    text: str = ""

    def __post_init__(self) -> None:
        if self.kind not in STEP_KINDS:
            hint = did_you_mean(str(self.kind), STEP_KINDS) or "."
            raise ValueError(
                f"unknown kind of step {self.kind!r}{hint} Known: {', '.join(STEP_KINDS)}"
            )
        if self.kind != "say":
            if self.text:
                raise ValueError(f'a step "{self.kind}" has no text; only "say" has one')
            return
        if not isinstance(self.text, str):
            raise TypeError(f'the text of a step "say" must be a string, not {self.text!r:.60}')
        if not self.text or self.text != self.text.strip() or len(self.text.splitlines()) > 1:
            raise ValueError(
                f'the text of a step "say" must be one line without blanks around it, not '
                f"{self.text!r:.60}; several lines are several steps"
            )
        if not self.injected:
            raise ValueError('a step "say" is never part of a plain solution: set injected=True')


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a solution in order."""

    steps: tuple[Step, ...]

    def plain(self) -> Plan:
        """The plan without what was injected: spoken again it is the vanilla solution."""
        return Plan(tuple(replace(step, offset=0) for step in self.steps if not step.injected))


def check_marked(plain: Plan, plan: Plan) -> None:
    """ValueError unless every step that is not in the plain plan is marked as injected."""
    left = Counter((step.kind, step.quantity) for step in plain.steps)
    for number, step in enumerate(plan.steps, 1):
        if step.injected:
            continue
        if not left[step.kind, step.quantity]:
            raise ValueError(
                f'step {number} ({step.kind} "{step.quantity}") is not in the plain plan, or is there '
                "twice; mark what a strategy adds with injected=True"
            )
        left[step.kind, step.quantity] -= 1


def check_plan(graph: ReasoningGraph, plan: Plan) -> None:
    """Raises ValueError or TypeError for a plan that does not fit a graph.

    Its quantities must be those of the graph, every computation must use values that were stated before,
    and the target must have its value at the end.
    """
    said: set[str] = set()
    for number, step in enumerate(plan.steps, 1):
        if not isinstance(step, Step):
            raise TypeError(f"step {number} of the plan is {step!r:.60}, which is not a Step")
        for name in (step.quantity, step.content or step.quantity):
            if name not in graph.by_name:
                hint = did_you_mean(str(name), graph.by_name)
                raise ValueError(f'step {number} ({step.kind}): unknown quantity "{name}"{hint}')
        if step.kind not in ("read", "compute"):
            continue
        if early := [parent for parent in graph[step.quantity].parents if parent not in said]:
            raise ValueError(
                f'step {number} ({step.kind}): "{step.quantity}" comes before "{early[0]}", which it '
                "is computed from"
            )
        said.add(step.quantity)
    if graph.target not in said:
        raise ValueError(f'no step of the plan reads or computes the target "{graph.target}"')


def base_plan(graph: ReasoningGraph, order: Order, rng: random.Random) -> Plan:
    """Every needed quantity read or computed once, in the order asked for, nothing injected."""
    return Plan(
        tuple(
            Step("compute" if graph[name].parents else "read", name)
            for name in graph.solution_order(order, rng)
        )
    )
