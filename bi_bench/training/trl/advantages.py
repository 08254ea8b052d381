"""Advantages that TRL's GRPOTrainer does not have, as functions of rewards of shape (prompts, group)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch

from bi_bench.training.trl.divergence import DivergenceTrainer

Advantage = Callable[[torch.Tensor], torch.Tensor]
Credit = Callable[[Sequence[float]], Sequence[Sequence[float]] | None]


def leave_one_out(rewards: torch.Tensor) -> torch.Tensor:
    """Each reward minus the mean of the others of its group, (prompts, group).

    RLOO (Ahmadian et al., arXiv 2402.14740). It is G / (G - 1) times the reward minus
    the mean of the whole group.
    """
    others = (rewards.sum(dim=1, keepdim=True) - rewards) / (rewards.shape[1] - 1)
    return rewards - others


def batch_normalised(rewards: torch.Tensor) -> torch.Tensor:
    """Each reward minus the mean of the batch, by the standard deviation of the batch.

    REINFORCE++ (Hu et al., arXiv 2501.03262) without its KL term. One value a completion: long
    completions do not weigh more in mean and deviation. A batch of equal rewards gives zeros.
    """
    deviation = rewards.std(correction=0)
    return (rewards - rewards.mean()) / (deviation + 1e-8)


def centred_batch_normalised(rewards: torch.Tensor) -> torch.Tensor:
    """Rewards minus the mean of their group, then normalised over the batch.

    REINFORCE++ with baseline, of the same paper.
    """
    return batch_normalised(rewards - rewards.mean(dim=1, keepdim=True))


ADVANTAGES: Mapping[str, Advantage] = {
    "leave-one-out": leave_one_out,
    "batch": batch_normalised,
    "centred-batch": centred_batch_normalised,
}


class AdvantageTrainer(DivergenceTrainer):
    """The trainer whose advantages can be others than TRL's; losses and batches are TRL's.

    ``advantage`` takes the place of its own; ``credit`` spreads the advantages of the rollouts of this
    process over their tokens, rows in order; None leaves them as they are.
    """

    def __init__(
        self, *, advantage: Advantage | None = None, credit: Credit | None = None, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self._advantage, self._credit = advantage, credit
        self._rewards = torch.empty(0)

    def _calculate_rewards(self, *arguments: Any, **named: Any) -> torch.Tensor:
        rewards: torch.Tensor = super()._calculate_rewards(*arguments, **named)
        self._rewards = rewards[:, 0]  # of all processes: there is one reward function
        return rewards

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        output = super()._generate_and_score_completions(inputs)
        if self._advantage:
            output["advantages"] = self._own_advantages(self._advantage, output["advantages"])
        if self._credit and (rows := self._credit(output["advantages"].tolist())) is not None:
            output["advantages"] = _padded(rows, output["completion_mask"], output["advantages"])
        return output

    def _own_advantages(self, advantage: Advantage, given: torch.Tensor) -> torch.Tensor:
        rewards = self._rewards.view(-1, cast(int, self.num_generations))
        advantages = advantage(rewards).flatten()
        start = self.accelerator.process_index * len(given)
        return advantages[start : start + len(given)]


def _padded(
    rows: Sequence[Sequence[float]], mask: torch.Tensor, like: torch.Tensor
) -> torch.Tensor:
    """The advantages of tokens, (rows, positions) as ``mask``, 0 where there is no token."""
    padded = like.new_zeros(mask.shape)
    for place, row in enumerate(rows):
        padded[place, : len(row)] = like.new_tensor(list(row))
    return padded
