"""A reinforcement task: what a trainer learns from rollouts of its own, and how it draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bi_bench.api import Decoding, Rollout, RolloutPhase
from bi_bench.training.generation.settings import GenerationSettings
from bi_bench.training.generation.vllm_engine import VLLM
from bi_bench.training.lora import LoRA
from bi_bench.training.trl.sft import SFTSettings

RewardFunction = Callable[[Sequence[Rollout]], Sequence[float]]
Choose = Callable[[int, int], Sequence[int] | None]  # step, n -> indices of n problems
Credit = Callable[[Sequence[Rollout], Sequence[float]], Sequence[Sequence[float]] | None]
After = Callable[[Sequence[Rollout], Sequence[float]], bool]  # rollouts, rewards -> enough?
OnStep = Callable[[int, int], bool]  # step, tokens generated so far -> is that enough?

Each = TypeVar("Each", bound=RolloutPhase, covariant=True)


def go_on(step: int, generated: int) -> bool:
    """An :data:`OnStep` that never ends a phase early."""
    return False


def nothing_after(rollouts: Sequence[Rollout], rewards: Sequence[float]) -> bool:
    """An :data:`After` that does nothing."""
    return False


def all_in_turn(step: int, n: int) -> None:
    """A :data:`Choose` that leaves the order to the trainer: every problem in turn."""


@dataclass(frozen=True, slots=True)
class RLTask(Generic[Each]):
    """The prompts of a phase with their reward.

    ``reward`` maps rollouts to finite numbers, one each. ``batch`` bounds the
    rows sampled at a time, ``micro_batch`` those of one forward and backward pass. ``on_step`` is
    called after each step with its number and the tokens generated so far; the model is that of this
    step, and the phase ends if it returns True. With ``lora`` adapters are trained and then merged.
    ``vllm`` draws the rollouts if given, else our sampler.

    ``choose`` gives the problems of a step, ``credit`` the advantages of tokens; ``after`` is called
    before ``on_step`` with the rollouts of the step and their rewards, and may train the model.
    """

    phase: Each
    prompts: Sequence[str]
    reward: RewardFunction
    decoding: Decoding
    batch: int
    micro_batch: int
    on_step: OnStep = go_on
    gradient_checkpointing: bool = False
    lora: LoRA | None = None
    vllm: VLLM | None = None
    choose: Choose = all_in_turn
    credit: Credit | None = None
    after: After = nothing_after


@dataclass(frozen=True, slots=True, kw_only=True)
class RFTSettings(GenerationSettings):
    """The settings of an "rft" stage, as its identity has them.

    ``checkpoints``: a model is kept after every so many steps; 0 keeps none. ``sft``: those of the
    trainer "sft", where a phase goes on with supervised fine-tuning.
    """

    micro_batch_size: int
    checkpoints: int = 0
    gradient_checkpointing: bool = False
    lora: LoRA | None = None
    sft: SFTSettings | None = None
