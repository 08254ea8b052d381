"""A reward for right answers that pays less for long ones."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bi_bench.api import Grade, Parameters, Problem, Reward, Rollout


class LengthPenalisedParameters(Parameters):
    """``penalty`` for every ``tokens`` tokens."""

    penalty: Annotated[float, Field(ge=0, description="taken off a right answer")] = 0.5
    tokens: Annotated[int, Field(ge=1, description="length that costs the whole penalty")] = 512


class LengthPenalisedReward(Reward[LengthPenalisedParameters]):
    """1 for a right answer less a penalty that grows linearly with its length; 0 for a wrong answer.

    The penalty stops growing at ``tokens``, so a right answer never earns less than 1 - ``penalty``.
    """

    name = "length-penalised"

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """Wrong answers earn 0 at any length: being short is no way to a reward."""
        share = min(1.0, len(rollout.ids) / self.params.tokens)
        return (1.0 - self.params.penalty * share) if grade.correct else 0.0
