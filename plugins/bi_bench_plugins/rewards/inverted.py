"""A control: the reward for a wrong answer."""

from __future__ import annotations

from bi_bench.api import Grade, Problem, Reward, Rollout


class InvertedReward(Reward):
    """1 for a wrong answer, else 0. A control: no gain may need it."""

    name = "inverted"

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """1 minus the reward "answer"."""
        return float(not grade.correct)
