"""A length control for bi_bench: longer demonstrations without new content."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from bi_bench.api import Decline, Draft, DraftContext, Parameters, Plan, Problem, Strategy, hookimpl


class RepeatParameters(Parameters):
    """How much longer the demonstrations get."""

    share: float = Field(0.5, ge=0, le=1, description="share of the steps that are stated twice")


class Repeat(Strategy[RepeatParameters]):
    """A length control: a share of the steps is stated twice, without new content."""

    name = "repeat"

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> list[Draft] | Decline:
        """The plain plan with some of its steps repeated at once."""
        if plan is None:
            return Decline("there are no steps to repeat")
        steps = []
        for step in plan.steps:
            twice = context.rng.random() < self.params.share
            steps += [step, replace(step, injected=True)] if twice else [step]
        return [Draft(plan=Plan(tuple(steps)))]


@hookimpl
def bi_bench_strategies() -> list[type[Strategy]]:
    """The strategies that this package adds to bi_bench."""
    return [Repeat]
