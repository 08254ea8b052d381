"""GRPO as the BRIDGE paper runs it, carried out by TRL's GRPOTrainer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


def _is_one(value: int) -> bool:
    return value == 1


class GRPOParameters(ReuseParameters):
    """Defaults are those of the paper's 1.5B run, but for KL term and entropy bonus, which are off.

    ``minibatches`` and ``iterations`` came later: at 1 they are not in the content key, so that
    stages from before are still found.
    """

    minibatches: Annotated[
        int, Field(ge=1, description="parts of a batch, one update each", exclude_if=_is_one)
    ] = 1
    iterations: Annotated[
        int, Field(ge=1, description="passes over a rollout batch", exclude_if=_is_one)
    ] = 1
    entropy: Annotated[float, Field(ge=0, description="weight of the entropy bonus")] = 0.0


class GRPO(Algorithm):
    """GRPO: group-normalised advantages, token mean within each sequence, on-policy by default.

    With one update per rollout batch the importance ratio is 1 and clipping (0.2) is inactive.
    """

    name = "grpo"
    Params = GRPOParameters

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "grpo",
            "scale_rewards": "group",
            **params.reuse(),
            "entropy_coef": params.entropy,
        }
        return [Phase("grpo", params.steps, params.prompts, params.group, params.reward, config)]
