"""The base class of algorithms: reinforcement fine-tuning (RFT) of the SFT model, declared as phases."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from bi_bench.api.plugin import P, Plugin

Trainer = Literal["grpo", "expert-iteration", "sft", "command"]
Reward = Literal["answer", "derivation", "random", "inverted", "format-only"]


@dataclass(frozen=True, slots=True)
class Phase:
    """One run of a trainer over the RL split.

    ``trainer`` names a trainer of the training room; ``config`` are its own configuration fields
    (for "grpo" those of TRL's GRPOConfig and of bi_bench.training.trl.settings.Extras); ``steps``
    counts rollout batches (TRL's updates may be more), each of ``prompts`` problems with ``group``
    rollouts.

    ``reward`` is what a rollout earns, 0 or 1: "answer" for a right answer, "derivation" if every
    needed step is right too. The others are null controls, which no gain may need: "random" tosses
    a fair coin whatever the text, "inverted" is 1 - "answer", "format-only" pays for any answer
    that can be read. ``format_reward`` is earned on top by a completion that closes the reasoning,
    then gives an answer between tags and ends. The trainer "command" rolls out by
    itself and "sft" goes on with supervised fine-tuning for ``steps`` updates: they have no use for
    ``prompts``, ``group`` and rewards.
    """

    trainer: Trainer
    steps: int
    prompts: int
    group: int
    reward: Reward = "answer"
    config: Mapping[str, Any] = field(default_factory=dict)
    format_reward: float = 0.0


class Algorithm(Plugin[P], ABC):
    """A reinforcement fine-tuning recipe. Declarative: the training room carries it out."""

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The phases in order; each starts from the weights the one before it left."""

    def warnings(self) -> Sequence[str]:
        """Lines for the reader of the plan, e.g. that two settings are the same algorithm."""
        return ()
