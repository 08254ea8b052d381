"""A control: the reward of a fair coin."""

from __future__ import annotations

from bi_bench.api import Grade, Problem, Reward, Rollout


class RandomReward(Reward):
    """0 or 1 by a fair coin, whatever the text. A control: what gains with it was not learnt from reward."""

    name = "random"
    informed = False

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """The n-th rollout of two arms earns the same."""
        return float(self.rng.random() < 0.5)
