"""A control: the reward for any answer that can be read."""

from __future__ import annotations

from bi_bench.api import Grade, Problem, Reward, Rollout


class FormatOnlyReward(Reward):
    """1 for any answer that can be read, right or wrong, else 0. A control."""

    name = "format-only"

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """Whether the grader found an answer."""
        return float(grade.parsed)
