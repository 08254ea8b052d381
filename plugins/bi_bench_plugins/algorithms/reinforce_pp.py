"""REINFORCE++ (Hu et al., arXiv 2501.03262)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


class ReinforcePPParameters(ReuseParameters):
    """Clip range of the paper, and the authors' eight updates per batch (1024 rollouts, minibatches of 128).

    ``baseline``: take off the group's mean first, the paper's variant for several rollouts a problem.
    """

    minibatches: Annotated[int, Field(ge=1, description="parts of a batch, one update each")] = 8
    epsilon: Annotated[float, Field(gt=0, lt=1, description="clip range of the ratio")] = 0.2
    baseline: Annotated[bool, Field(description="take off the group's mean first")] = False


class ReinforcePP(Algorithm[ReinforcePPParameters]):
    """REINFORCE++: rewards normalised over the whole batch, clipped as in PPO, token mean.

    The paper draws one rollout a problem; here there are at least two. Its KL term is in
    the reward; ``kl`` is one in the loss.
    """

    name = "reinforce-pp"
    paper = "arXiv:2501.03262"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "dapo",
            "advantage": "centred-batch" if params.baseline else "batch",
            "epsilon": params.epsilon,
            **params.reuse(),
        }
        return [params.policy_gradient(config)]
