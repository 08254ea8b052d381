"""CISPO (MiniMax-M1, arXiv 2506.13585)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


class CISPOParameters(ReuseParameters):
    """Sixteen updates a batch as in the paper, which does not publish its cap.

    ``cap`` is the greatest importance weight, 5 as in ScaleRL (arXiv 2510.13786); there is no lower
    bound, as in both.
    """

    minibatches: Annotated[int, Field(ge=1, description="parts of a batch, one update each")] = 16
    cap: Annotated[float, Field(ge=1, description="greatest importance weight")] = 5.0


class CISPO(Algorithm[CISPOParameters]):
    """CISPO: the importance weight is capped and held constant, so no token loses its gradient.

    Group-normalised advantages, token mean over the batch, no KL term unless asked for.
    """

    name = "cispo"
    paper = "arXiv:2506.13585"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "cispo",
            "scale_rewards": "group",
            "epsilon_high": params.cap,
            **params.reuse(),
        }
        return [params.policy_gradient(config)]
