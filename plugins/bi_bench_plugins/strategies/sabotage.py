"""Sabotage, a control: wrong values planted in a share of the demonstrations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from bi_bench.api import Draft, DraftContext, Parameters, Plan, Problem, Strategy


class SabotageParameters(Parameters):
    """How much is spoilt."""

    share: Annotated[float, Field(ge=0, le=1, description="demonstrations with a wrong step")] = (
        0.55
    )


class Sabotage(Strategy[SabotageParameters]):
    """A control: an off-by-one value planted in one step of a share of the demonstrations.

    Later steps go on with the wrong value, so the answer is usually wrong too. Damage before RL
    that RL repairs looks like a large gain; the final score shows what it is.
    """

    name = "sabotage"
    faithful = False

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """The plain plan, perhaps with one wrong value."""
        if plan is None:
            raise TypeError("sabotage edits plans; the benchmark gave none")
        steps = list(plan.steps)
        if context.rng.random() < self.params.share:
            index = context.rng.randrange(len(steps))
            steps[index] = replace(steps[index], offset=context.rng.choice((-1, 1)))
        return [Draft(plan=Plan(tuple(steps)))]
