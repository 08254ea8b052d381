"""Dr. GRPO (Liu et al., arXiv 2503.20783): GRPO without its two biases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


class DrGRPOParameters(ReuseParameters):
    """Clipping as in the paper; it is inactive with one update per rollout batch."""

    epsilon: Annotated[float, Field(gt=0, lt=1, description="clip range of the ratio")] = 0.2


class DrGRPO(Algorithm[DrGRPOParameters]):
    """Dr. GRPO: rewards minus the group's mean, losses by a constant length.

    No division by the group's standard deviation (it favours problems that are nearly always or
    never solved) nor by the length of a completion (it favours long wrong ones). The constant is
    the length limit.
    """

    name = "dr-grpo"
    paper = "arXiv:2503.20783"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "dr_grpo",
            "scale_rewards": "none",
            "epsilon": params.epsilon,
            **params.reuse(),
        }
        return [params.policy_gradient(config)]
