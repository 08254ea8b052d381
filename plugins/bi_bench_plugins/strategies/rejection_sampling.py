"""Rejection sampling: demonstrations are the base model's own right answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from bi_bench.api import Decline, Draft, DraftContext, Parameters, Plan, Problem, Strategy


class RejectionSamplingParameters(Parameters):
    """How many rollouts are drawn, and how many of them are kept."""

    samples: Annotated[int, Field(ge=1, description="rollouts of the base model a problem")] = 8
    keep: Annotated[
        int, Field(ge=1, description="at most so many different right ones a problem")
    ] = 1


class RejectionSampling(Strategy[RejectionSamplingParameters]):
    """The base model's right answers, each text once, in the order in which they were sampled.

    One round of rejection-sampling fine-tuning (arXiv 2308.01825) or of STaR without its hints
    (arXiv 2203.14465), with the decoding settings of rollouts. Right is what the benchmark grades so:
    a lucky guess counts. Declines the problems without a right answer that was not cut off, so the
    demonstrations are of easier problems than those of other arms.
    """

    name = "rejection-sampling"
    needs = frozenset({"rollouts"})

    @property
    def per_problem(self) -> float:
        """At most; fewer where the base model solves few problems."""
        return float(min(self.params.keep, self.params.samples))

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The right ones among the rollouts."""
        rollouts = context.base.rollouts(problem, self.params.samples)
        right = dict.fromkeys(
            each.completion for each in rollouts if each.grade.correct and not each.truncated
        )
        if not right:
            return Decline(f"none of {self.params.samples} rollouts of the base model is right")
        return [Draft(text=text) for text in list(right)[: self.params.keep]]
