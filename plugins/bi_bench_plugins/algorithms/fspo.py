"""FSPO: GRPO whose advantages turn their sign on steps that speak against them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from bi_bench.api import Algorithm, Phase, Rollout, Room, StepVerdict
from bi_bench_plugins.algorithms.shared import RolloutParameters

Spans = Sequence[tuple[int, int]]


class FSPO(Algorithm[RolloutParameters]):
    """Step-wise credit (Li et al., arXiv 2505.24630): the advantage of a rollout, but for its odd steps.

    A wrong step in a rollout that is better than its group, and a right step in one that is worse,
    take the advantage with its sign turned; all other tokens keep it. The paper asks a model whether the
    context entails a sentence, here the benchmark's step verifier recomputes each step. As in the
    released code the reward is that of the answer alone; the paper's equation adds the mean over steps.
    """

    name = "fspo"
    needs: ClassVar[frozenset[str]] = frozenset({"graph"})

    def phases(self) -> Sequence[Phase]:
        """A single phase with one update a batch."""
        config = {"loss_type": "dapo", "scale_rewards": "group", **self.params.optimizer()}
        return [self.params.policy_gradient(config)]

    def credit(
        self, rollouts: Sequence[Rollout], advantages: Sequence[float], room: Room
    ) -> Sequence[Sequence[float]]:
        """The advantages of tokens, (rollouts, tokens of each)."""
        return [
            turned(rollout.spans, room.verdicts(rollout), advantage)
            if advantage
            else [0.0] * len(rollout.ids)
            for rollout, advantage in zip(rollouts, advantages, strict=True)
        ]


def turned(spans: Spans, verdicts: Sequence[StepVerdict], advantage: float) -> list[float]:
    """The advantage for each token, -advantage for those of steps that are right against its sign.

    A token belongs to the step in which it starts; one without characters keeps the advantage.
    """
    odd = [
        (verdict.step.start, verdict.step.end)
        for verdict in verdicts
        if verdict.right != (advantage > 0)
    ]
    return [
        -advantage
        if start < end and any(first <= start < last for first, last in odd)
        else advantage
        for start, end in spans
    ]
