"""GRPO as the BRIDGE paper runs it, carried out by TRL's GRPOTrainer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field, model_validator

from bi_bench.api import Algorithm, Phase, RewardTerm
from bi_bench_plugins.algorithms.shared import ReuseParameters, is_zero


def _is_one(value: float) -> bool:
    return value == 1


class GRPOParameters(ReuseParameters):
    """Defaults are those of the paper's 1.5B run, except that KL term and entropy bonus are off.

    ``format_reward``, ``kl_mask`` and ``gradient_scale`` are there to do as the paper's released code
    does. They, ``minibatches`` and ``iterations`` came later: where they are off they are not in the
    content key, so that older stages are still found.
    """

    minibatches: Annotated[
        int, Field(ge=1, description="parts of a batch, one update each", exclude_if=_is_one)
    ] = 1
    iterations: Annotated[
        int, Field(ge=1, description="passes over a rollout batch", exclude_if=_is_one)
    ] = 1
    entropy: Annotated[float, Field(ge=0, description="weight of the entropy bonus")] = 0.0
    format_reward: Annotated[
        float, Field(ge=0, description="earned on top for the right layout", exclude_if=is_zero)
    ] = 0.0
    kl_mask: Annotated[
        float,
        Field(
            ge=0, description="mean KL at or above which a rollout is masked", exclude_if=is_zero
        ),
    ] = 0.0
    gradient_scale: Annotated[
        float, Field(gt=0, description="factor of the loss, before clipping", exclude_if=_is_one)
    ] = 1.0

    @model_validator(mode="after")
    def _mask_needs_kl(self) -> GRPOParameters:
        if self.kl_mask and not (self.kl and self.minibatches == self.iterations == 1):
            raise ValueError("kl_mask needs kl above 0, and minibatches and iterations of 1")
        return self


class GRPO(Algorithm[GRPOParameters]):
    """GRPO: group-normalised advantages, token mean within each sequence, on-policy by default.

    With one update per rollout batch the importance ratio is 1 and clipping (0.2) is inactive.
    """

    name = "grpo"
    paper = "arXiv:2402.03300"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "grpo",
            "scale_rewards": "group",
            **params.reuse(),
            "entropy_coef": params.entropy,
        }
        if params.kl_mask:
            config["kl_mask"] = params.kl_mask
        if params.gradient_scale != 1:
            config["gradient_scale"] = params.gradient_scale
        phase = params.policy_gradient(config)
        if params.format_reward:
            layout = RewardTerm("layout", weight=params.format_reward)
            phase = replace(phase, rewards=(*phase.rewards, layout))
        return [phase]
