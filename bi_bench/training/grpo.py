"""Reinforcement fine-tuning with TRL's GRPOTrainer, rollouts drawn by our sampler."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl.trainer.grpo_config import GRPOConfig
from trl.trainer.grpo_trainer import GRPOTrainer

from bi_bench.api import Phase, UserError, derive_seed, did_you_mean
from bi_bench.training.callbacks import (
    Log,
    ProgressCallback,
    StepCallback,
    silence,
    trainer_defaults,
)
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.sampler import Decoding, Rows, sample
from bi_bench.training.seeding import trainer_seed
from bi_bench.training.sft import Trained
from bi_bench.training.text import decode, encode_prompts

RewardFunction = Callable[[Sequence[int], Sequence[str]], list[float]]
SHOWN = ("reward", "frac_reward_zero_std", "completions/mean_length", "completions/clipped_ratio")
# What the phase, the suite or the stage decides; a phase's own configuration may not.
RESERVED = (
    "max_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "num_generations",
    "max_completion_length",
    "temperature",
    "top_k",
    "seed",
    "gradient_checkpointing",
    *trainer_defaults(Path(), Numerics()),
)
LOSS_TYPES = ("grpo", "dr_grpo", "dapo", "bnpo", "cispo", "sapo", "luspo", "vespo")


def train_grpo(
    checkpoint: Checkpoint,
    prompts: Sequence[str],
    reward: RewardFunction,
    phase: Phase,
    decoding: Decoding,
    numerics: Numerics,
    *,
    seed: int,
    batch: int,
    micro_batch: int,
    scratch: Path,
    progress: Callable[..., None],
    on_step: Callable[[int], None] = lambda step: None,
) -> Trained:
    """Fine-tune the checkpoint's model in place on ``prompts``, one update per rollout batch.

    ``reward`` maps problem indices and completions to finite numbers, one each. ``batch`` bounds
    the rows sampled at a time, ``micro_batch`` those of one forward and backward pass. ``on_step``
    hears the number of each finished step, with the model as it then is. Raises
    UserError for settings that TRL would take in silence or refuse only after the first rollout.
    """
    rows = phase.prompts * phase.group
    micro = min(micro_batch, rows)
    _check(phase, rows, micro, len(prompts))
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"  # rollout_func is experimental; TRL is pinned
    counts = {"tokens": 0}
    config = GRPOConfig(
        **trainer_defaults(scratch, numerics),
        **{"lr_scheduler_type": "constant", "beta": 0.0, **phase.config},
        max_steps=phase.steps,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=rows // micro,
        num_generations=phase.group,
        max_completion_length=decoding.max_new_tokens,
        temperature=decoding.temperature,
        top_k=0,
        seed=trainer_seed(seed),
        gradient_checkpointing=False,
    )
    tokenizer = checkpoint.tokenizer
    encoded = dict(zip(prompts, encode_prompts(tokenizer, prompts), strict=True))

    def rollout(repeated: list[str], trainer: GRPOTrainer) -> dict[str, Any]:
        asked = repeated[:: phase.group]
        prompt_ids = [encoded[prompt] for prompt in asked]
        completions = sample(
            checkpoint.model,
            prompt_ids,
            decoding,
            end=tokenizer.eos_token_id,
            group=phase.group,
            seed=derive_seed(seed, "rollout", trainer.state.global_step),
            batch=batch,
            bf16=numerics.bf16,
        )
        counts["tokens"] += sum(map(len, completions))
        repeated_ids: Rows = [ids for ids in prompt_ids for _ in range(phase.group)]
        return {"prompt_ids": repeated_ids, "completion_ids": completions, "logprobs": None}

    def rewarded(completion_ids: Rows, index: list[int], **_: Any) -> list[float | None]:
        return [*checked_rewards(reward(index, decode(tokenizer, completion_ids)), len(index))]

    log = Log()
    trainer = GRPOTrainer(
        model=checkpoint.model,
        reward_funcs=rewarded,
        args=config,
        train_dataset=Dataset.from_dict(
            {"prompt": list(prompts), "index": list(range(len(prompts)))}
        ),
        processing_class=tokenizer,
        rollout_func=rollout,
        callbacks=[ProgressCallback(log, progress, SHOWN), StepCallback(on_step)],
    )
    silence(trainer)
    trainer.train()
    return Trained(log.rows, counts["tokens"], counts["tokens"])


def checked_rewards(rewards: Sequence[float], expected: int) -> list[float]:
    """The rewards as floats; TRL would turn a wrong length or an infinity into a zero gradient."""
    values = [float(value) for value in rewards]
    if len(values) != expected:
        raise ValueError(f"the reward gave {len(values)} numbers for {expected} completions")
    if not all(map(math.isfinite, values)):
        raise ValueError("the reward gave a number that is not finite")
    return values


def _check(phase: Phase, rows: int, micro: int, problems: int) -> None:
    known = set(GRPOConfig.__dataclass_fields__)
    for key in phase.config:
        if key not in known:
            raise UserError(f'GRPOConfig has no field "{key}"{did_you_mean(key, known)}')
        if key in RESERVED:
            raise UserError(f'the field "{key}" of GRPOConfig is set by bi_bench; leave it out')
    loss = phase.config.get("loss_type", "grpo")
    if loss not in LOSS_TYPES:
        hint = did_you_mean(loss, LOSS_TYPES)
        raise UserError(f'loss_type "{loss}" is none of {", ".join(LOSS_TYPES)}{hint}')
    if phase.group < 2:
        raise UserError("a group needs at least 2 rollouts, else every advantage is zero")
    if rows % micro:
        raise UserError(
            f"prompts x group = {rows} rollouts are not a multiple of the micro batch {micro}"
        )
    if problems < phase.prompts:
        raise UserError(f"{problems} RL problems are fewer than {phase.prompts} prompts a step")
