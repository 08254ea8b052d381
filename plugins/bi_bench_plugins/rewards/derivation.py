"""The reward for a right derivation."""

from __future__ import annotations

from typing import ClassVar

from bi_bench.api import Grade, Problem, Reward, Rollout


class DerivationReward(Reward):
    """1 if every needed step is right as well as the answer, else 0."""

    name = "derivation"
    needs: ClassVar[frozenset[str]] = frozenset({"derivation"})

    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """The step verifier's verdict."""
        return float(bool(grade.derivation))
