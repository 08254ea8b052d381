"""DAPO (Yu et al., arXiv 2503.14476)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import ReuseParameters


class DAPOParameters(ReuseParameters):
    """Defaults are the paper's (section 4.1), but for the budget and the optimizer.

    ``overlong``: "soft" punishes the last ``overlong_share`` of the length limit (equation 13),
    "mask" takes truncated completions out of the loss, "none" leaves them. Rewards are 0 or 1 here
    and -1 or 1 in the paper, so its punishment of 1 is an ``overlong_penalty`` of 0.5.
    """

    minibatches: Annotated[int, Field(ge=1, description="parts of a batch, one update each")] = 16
    epsilon: Annotated[float, Field(gt=0, lt=1, description="clip range below 1")] = 0.2
    epsilon_high: Annotated[float, Field(gt=0, description="clip range above 1")] = 0.28
    resample_rounds: Annotated[
        int, Field(ge=0, description="at most so many rounds of dynamic sampling")
    ] = 10
    overlong: Annotated[
        Literal["soft", "mask", "none"],
        Field(description="long rollouts: punished, out of the loss if truncated, or as any other"),
    ] = "soft"
    overlong_share: Annotated[
        float, Field(gt=0, le=1, description="share of the length limit where the penalty rises")
    ] = 0.2
    overlong_penalty: Annotated[
        float, Field(ge=0, description="subtracted from the reward at the limit")
    ] = 0.5


class DAPO(Algorithm[DAPOParameters]):
    """DAPO: clip-higher, token mean over the batch, dynamic sampling, overlong reward shaping.

    Groups that are all right or all wrong are replaced whole by groups of new problems, in a
    bounded number of rounds; how many stayed is in the history of the stage
    (``groups/uninformative``). No KL term unless asked for,
    as in the paper.
    """

    name = "dapo"
    paper = "arXiv:2503.14476"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            "loss_type": "dapo",
            "scale_rewards": "group",
            "epsilon": params.epsilon,
            "epsilon_high": params.epsilon_high,
            "mask_truncated_completions": params.overlong == "mask",
            "resample_rounds": params.resample_rounds,
            **params.reuse(),
        }
        if params.overlong == "soft":
            config["overlong_penalty"] = params.overlong_penalty
            config["overlong_share"] = params.overlong_share
        return [params.policy_gradient(config)]
