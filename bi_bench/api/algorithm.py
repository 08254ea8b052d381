"""The algorithm hook: how the SFT model is fine-tuned by reinforcement, declared as phases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bi_bench.api.plugin import Plugin

Trainer = Literal["grpo"]
Reward = Literal["answer", "derivation"]


@dataclass(frozen=True, slots=True)
class Phase:
    """One run of a trainer over the RL split.

    ``trainer`` names a trainer of the training room; ``config`` are its own configuration fields
    (for "grpo" those of TRL's GRPOConfig); ``steps`` rollout batches of ``prompts`` problems with
    ``group`` rollouts each; ``reward`` is what a rollout earns.
    """

    trainer: Trainer
    steps: int
    prompts: int
    group: int
    reward: Reward = "answer"
    config: Mapping[str, Any] = field(default_factory=dict)


class Algorithm(Plugin, ABC):
    """A reinforcement fine-tuning recipe. Declarative: the training room carries it out."""

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The phases in order; each starts from the weights the one before it left."""

    def warnings(self) -> Sequence[str]:
        """What a reader of the plan should know, e.g. two settings that are the same algorithm."""
        return ()
