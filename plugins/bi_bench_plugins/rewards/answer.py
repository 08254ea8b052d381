"""The reward for a right answer."""

from __future__ import annotations

from bi_bench.api import Grade, Problem, Reward, Rollout


class AnswerReward(Reward):
    """1 for a right answer, else 0."""

    name = "answer"

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """The strict verdict."""
        return float(grade.correct)
