"""RLOO (Ahmadian et al., arXiv 2402.14740): REINFORCE with a leave-one-out baseline."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Algorithm, Phase
from bi_bench_plugins.algorithms.shared import RolloutParameters


class RLOO(Algorithm[RolloutParameters]):
    """RLOO: each reward minus the mean of the others of its group, times the whole log-probability.

    A completion is one action: its log-probabilities are summed, not averaged. One update per
    rollout batch, so nothing is clipped. The paper's KL term in the reward is off.
    """

    name = "rloo"
    paper = "arXiv:2402.14740"

    def phases(self) -> Sequence[Phase]:
        """A single phase."""
        params = self.params
        config = {
            # With a ratio of 1, luspo's length times the mean of a sequence is its sum.
            "loss_type": "luspo",
            "importance_sampling_level": "sequence",
            "advantage": "leave-one-out",
            **params.optimizer(),
        }
        return [params.policy_gradient(config)]
