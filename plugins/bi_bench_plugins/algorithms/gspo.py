"""GSPO (Zheng et al., arXiv 2507.18071)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


class GSPOParameters(ReuseParameters):
    """Clip ranges and minibatches are those of the paper's section 5.1."""

    minibatches: Annotated[int, Field(ge=1, description="parts of a batch, one update each")] = 4
    epsilon: Annotated[float, Field(gt=0, lt=1, description="clip range below 1")] = 3e-4
    epsilon_high: Annotated[float, Field(gt=0, description="clip range above 1")] = 4e-4


class GSPO(Algorithm[GSPOParameters]):
    """GSPO: one importance ratio a sequence, the geometric mean over its tokens, and clipped as one.

    Group-normalised advantages as in GRPO, which it is with one update per rollout batch.
    """

    name = "gspo"
    paper = "arXiv:2507.18071"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "grpo",
            "importance_sampling_level": "sequence",
            "scale_rewards": "group",
            "epsilon": params.epsilon,
            "epsilon_high": params.epsilon_high,
            **params.reuse(),
        }
        return [params.policy_gradient(config)]
