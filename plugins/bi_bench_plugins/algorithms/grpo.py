"""GRPO as the BRIDGE paper runs it, carried out by TRL's GRPOTrainer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bi_bench.api import Algorithm, Parameters, Phase


class GRPOParameters(Parameters):
    """Defaults are those of the paper's 1.5B run, but for KL term and entropy bonus, which are off."""

    steps: Annotated[int, Field(ge=1, description="rollout batches, one update each")] = 200
    prompts: Annotated[int, Field(ge=1, description="problems a step")] = 32
    group: Annotated[int, Field(ge=2, description="rollouts a problem")] = 32
    learning_rate: Annotated[float, Field(ge=0)] = 1e-6
    reward: Literal["answer", "derivation"] = "answer"
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    entropy: Annotated[float, Field(ge=0, description="weight of the entropy bonus")] = 0.0


class GRPO(Algorithm):
    """GRPO: group-normalised advantages, token mean within each sequence, strictly on-policy.

    One update per rollout batch, so the importance ratio is 1 and clipping is inactive.
    """

    name = "grpo"
    Params = GRPOParameters

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "grpo",
            "scale_rewards": "group",
            "num_iterations": 1,
            "learning_rate": params.learning_rate,
            "max_grad_norm": params.max_grad_norm,
            "weight_decay": params.weight_decay,
            "entropy_coef": params.entropy,
        }
        return [Phase("grpo", params.steps, params.prompts, params.group, params.reward, config)]
