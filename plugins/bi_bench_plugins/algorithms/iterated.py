"""Iterated SFT and RL: each round starts again from the base model, on the last round's rollouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase, SupervisedUpdates
from bi_bench_plugins.algorithms.shared import RolloutParameters


class IteratedParameters(RolloutParameters):
    """Those of GRPO in each round, and the supervised updates between the rounds."""

    rounds: Annotated[int, Field(ge=2, description="phases of GRPO")] = 2
    sft_steps: Annotated[int, Field(ge=1, description="supervised updates before a round")] = 100


class Iterated(Algorithm[IteratedParameters]):
    """GRPO, then rounds of SFT of the base model on right rollouts followed by GRPO again.

    The scheme of OpenVLThinker (Deng et al., arXiv 2503.17352): what one round has found is distilled
    into fresh weights, from which the next one explores. ``steps`` are those of a single round.
    """

    name = "iterated"

    def phases(self) -> Sequence[Phase]:
        """``rounds`` phases of GRPO with a supervised one before each but the first."""
        config = {"loss_type": "grpo", "scale_rewards": "group", **self.params.optimizer()}
        explore = self.params.policy_gradient(config)
        distil = SupervisedUpdates(steps=self.params.sft_steps, start="base", data="rollouts")
        return [explore, *([distil, explore] * (self.params.rounds - 1))]
