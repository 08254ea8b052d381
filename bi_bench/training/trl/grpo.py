"""Reinforcement fine-tuning with TRL's GRPOTrainer, rollouts drawn by our sampler or by vLLM."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from datasets import Dataset
from trl.trainer.grpo_config import GRPOConfig

from bi_bench.api import Phase
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.sampler import Decoding
from bi_bench.training.generation.vllm_engine import VLLM
from bi_bench.training.lora import LoRA, merge, peft_config, trainable_parameters
from bi_bench.training.seeding import trainer_seed
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.tracking import trackers
from bi_bench.training.trl.advantages import ADVANTAGES, AdvantageTrainer
from bi_bench.training.trl.callbacks import (
    Log,
    OnStep,
    ProgressCallback,
    StepCallback,
    silence,
    trainer_defaults,
)
from bi_bench.training.trl.divergence import DivergenceTrainer
from bi_bench.training.trl.reference import as_reference
from bi_bench.training.trl.released_code import CompatTrainer
from bi_bench.training.trl.rollouts import RewardFunction, Rollouts, Sampling
from bi_bench.training.trl.settings import Extras, settings
from bi_bench.training.trl.sft import Trained

SHOWN = ("reward", "frac_reward_zero_std", "completions/mean_length", "completions/clipped_ratio")


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
    on_step: OnStep = lambda step, generated: False,
    gradient_checkpointing: bool = False,
    lora: LoRA | None = None,
    vllm: VLLM | None = None,
) -> Trained:
    """Fine-tune the checkpoint's model in place on ``prompts``, ``phase.steps`` rollout batches.

    One update a batch unless ``minibatches`` or ``num_iterations`` say more; the log counts updates.
    ``reward`` maps problem indices and completions to finite numbers, one each. ``batch`` bounds
    the rows sampled at a time, ``micro_batch`` those of one forward and backward pass. ``on_step``
    hears the number of each finished step and the tokens generated so far, with the model as it
    then is; training ends where it says True. The reference of a KL term is the model as it is
    handed over; with ``lora`` adapters are trained and then merged. ``vllm`` draws the rollouts
    if given, else our sampler. Of several processes each draws and grades its share. Raises
    UserError for settings that TRL would take in silence or refuse only after the first rollout.
    """
    checked = settings(phase, micro_batch, len(prompts), processes.count())
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"  # rollout_func is experimental; TRL is pinned
    config = GRPOConfig(
        **trainer_defaults(scratch, numerics),
        **{"lr_scheduler_type": "constant", "beta": 0.0, **checked.trl},
        max_steps=phase.steps * checked.updates,
        per_device_train_batch_size=checked.micro,
        gradient_accumulation_steps=checked.accumulation,
        steps_per_generation=checked.rows // checked.micro,
        num_generations=phase.group,
        max_completion_length=decoding.max_new_tokens,
        temperature=decoding.temperature,
        top_k=0,
        seed=trainer_seed(seed),
        gradient_checkpointing=gradient_checkpointing,
        **_vllm_fields(vllm, checkpoint, prompts, decoding),
    )
    first = processes.rank() * phase.prompts // processes.count()
    sampling = Sampling(decoding, phase.group, seed, batch, numerics.bf16, vllm, first)
    rollouts = Rollouts(checkpoint, prompts, reward, sampling, checked.extras, checked.updates)
    log = Log()
    arguments: dict[str, Any] = {
        "model": checkpoint.model,
        "reward_funcs": rollouts.rewarded,  # TRL puts its name into the log
        "args": config,
        "train_dataset": Dataset.from_dict(
            {"prompt": list(prompts), "index": list(range(len(prompts)))}
        ),
        "processing_class": checkpoint.tokenizer,
        "rollout_func": rollouts.draw,
        "callbacks": [
            ProgressCallback(log, progress, SHOWN),
            StepCallback(
                lambda step: on_step(step, processes.total(rollouts.generated)), checked.updates
            ),
            *trackers(),
        ],
        "peft_config": peft_config(checkpoint.model, lora),
    }
    arguments["updates"] = checked.updates
    # With adapters the reference is the model without them, and TRL needs no second one.
    second = config.beta and not lora
    with as_reference(checkpoint.model, scratch / "reference") if second else nullcontext():
        trainer = _trainer(checked.extras, arguments)
    silence(trainer)
    trainer.train()
    trainable = trainable_parameters(trainer.model) if lora else None
    merge(trainer.model, lora)
    kept, generated = map(processes.total, (rollouts.kept, rollouts.generated))
    return Trained(log.rows, kept * config.num_iterations, generated, trainable)


def _trainer(extras: Extras, arguments: dict[str, Any]) -> DivergenceTrainer:
    if extras.compat:
        scale, mask = extras.gradient_scale, extras.kl_mask
        return CompatTrainer(gradient_scale=scale, kl_mask=mask, **arguments)
    if extras.advantage == "group":
        return DivergenceTrainer(**arguments)
    return AdvantageTrainer(advantage=ADVANTAGES[extras.advantage], **arguments)


def _vllm_fields(
    vllm: VLLM | None, checkpoint: Checkpoint, prompts: Sequence[str], decoding: Decoding
) -> dict[str, Any]:
    if vllm is None:
        return {}
    longest = max(map(len, encode_prompts(checkpoint.tokenizer, prompts)))
    end = int(checkpoint.tokenizer.eos_token_id)
    return vllm.trainer_fields(longest + decoding.max_new_tokens, end, decoding.stop)
