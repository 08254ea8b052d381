"""The policy gradient of one query: its rollouts, their advantages, one backward pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from transformers import PreTrainedModel

from bi_bench.training.influence.logprobs import completion_logprobs
from bi_bench.training.influence.subspace import Gradient, Subspace

Aggregate = Literal["mean", "sum"]


@dataclass(frozen=True, slots=True)
class Group:
    """A query with its rollouts: token ids of the prompt and of each completion, rewards.

    ValueError for fewer than two rollouts, or rewards that are not one finite number each.
    """

    prompt: Sequence[int]
    rollouts: Sequence[Sequence[int]]
    rewards: Sequence[float]

    def __post_init__(self) -> None:
        if len(self.rollouts) < 2 or len(self.rewards) != len(self.rollouts):
            raise ValueError(
                f"{len(self.rollouts)} rollouts and {len(self.rewards)} rewards: a group needs at "
                "least two rollouts with a reward each"
            )
        if not all(map(math.isfinite, self.rewards)):
            raise ValueError("a reward is not finite")

    @property
    def accuracy(self) -> float:
        """The mean reward: alpha, where rewards are 0 or 1."""
        return math.fsum(self.rewards) / len(self.rewards)

    @property
    def spread(self) -> float:
        """The standard deviation of the rewards: sqrt(alpha (1 - alpha)), the accuracy factor.

        Exactly 0 where all rewards are equal.
        """
        if min(self.rewards) == max(self.rewards):
            return 0.0
        mean = self.accuracy
        return math.sqrt(math.fsum((r - mean) ** 2 for r in self.rewards) / len(self.rewards))

    @property
    def advantages(self) -> list[float]:
        """(reward - mean) / standard deviation, all 0 where all rewards are equal.

        The deviation divides by N, as in the theory; trainers divide by N - 1, which scales the
        gradient of every group by the same sqrt((N - 1) / N).
        """
        spread, mean = self.spread, self.accuracy
        return [(reward - mean) / spread if spread else 0.0 for reward in self.rewards]


def group_objective(
    model: PreTrainedModel,
    group: Group,
    *,
    temperature: float = 1.0,
    aggregate: Aggregate = "mean",
    rows: slice = slice(None),
) -> torch.Tensor:
    """The GRPO objective of some rows of a group, a scalar: (1/N) sum A_i log pi(o_i | q).

    On-policy with an inactive clip and without KL term its gradient is that of GRPO. ``aggregate``
    "mean" divides log pi by the number of tokens, as the trainer does; "sum" is the plain
    log-probability of the theory.
    """
    if aggregate not in get_args(Aggregate):
        raise ValueError(f'aggregate "{aggregate}" is not one of {", ".join(get_args(Aggregate))}')
    rollouts = group.rollouts[rows]
    found = completion_logprobs(model, [group.prompt] * len(rollouts), rollouts, temperature)
    logprobs = found.means if aggregate == "mean" else found.sums
    return logprobs @ logprobs.new_tensor(group.advantages[rows]) / len(group.rollouts)


def group_gradient(
    model: PreTrainedModel,
    group: Group,
    subspace: Subspace,
    *,
    temperature: float = 1.0,
    aggregate: Aggregate = "mean",
    batch: int = 128,
) -> Gradient | None:
    """The gradient of :func:`group_objective` in a subspace; None if it is exactly zero.

    It is zero where all rewards are equal. At most ``batch`` rollouts run at a time. Dropout is off
    meanwhile; nothing is left in ``.grad``.
    """
    if not group.spread:
        return None
    parameters = subspace.parameters(model)
    total: list[torch.Tensor] = []
    was_training = model.training
    model.train(False)
    for start in range(0, len(group.rollouts), batch):
        part = slice(start, start + batch)
        value = group_objective(
            model, group, temperature=temperature, aggregate=aggregate, rows=part
        )
        gradients = torch.autograd.grad(
            value, list(parameters.values()), allow_unused=True, materialize_grads=True
        )
        total = [a + b for a, b in zip(total, gradients, strict=True)] if total else [*gradients]
    model.train(was_training)
    return subspace.view(dict(zip(parameters, total, strict=True)))
