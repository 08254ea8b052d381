"""Reinforcement fine-tuning with TRL's GRPOTrainer, rollouts drawn by our sampler or by vLLM."""

from __future__ import annotations

import os
from contextlib import nullcontext
from functools import partial
from typing import Any

from datasets import Dataset
from trl.trainer.grpo_config import GRPOConfig

from bi_bench.api import PolicyGradient
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.lora import merge, peft_config
from bi_bench.training.seeding import trainer_seed
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.advantages import ADVANTAGES, AdvantageTrainer
from bi_bench.training.trl.callbacks import (
    Log,
    ProgressCallback,
    StepCallback,
    silence,
    trainer_defaults,
)
from bi_bench.training.trl.reference import as_reference
from bi_bench.training.trl.released_code import ReleasedCodeTrainer
from bi_bench.training.trl.rollouts import Rollouts
from bi_bench.training.trl.settings import Extras, grpo_settings
from bi_bench.training.trl.task import RLTask

SHOWN = ("reward", "frac_reward_zero_std", "completions/mean_length", "completions/clipped_ratio")


def train_grpo(job: TrainingJob, task: RLTask[PolicyGradient]) -> Trained:
    """Fine-tune the job's model in place, ``phase.steps`` rollout batches.

    One update a batch unless ``minibatches`` or ``num_iterations`` say more; the log counts updates.
    The reference of a KL term is the model as it is handed over. Of several processes each draws and
    grades its share. Raises UserError for settings that TRL would take in silence or refuse only
    after the first rollout.
    """
    checkpoint, phase, decoding = job.checkpoint, task.phase, task.decoding
    prompts = list(task.prompts)
    checked = grpo_settings(phase, task.micro_batch, processes.count())
    os.environ["TRL_EXPERIMENTAL_SILENCE"] = "1"  # rollout_func is experimental; TRL is pinned
    config = GRPOConfig(
        **trainer_defaults(job.scratch, job.numerics),
        **{"lr_scheduler_type": "constant", "beta": 0.0, **checked.trl},
        max_steps=phase.steps * checked.updates,
        per_device_train_batch_size=checked.micro,
        gradient_accumulation_steps=checked.accumulation,
        steps_per_generation=checked.rows // checked.micro,
        num_generations=phase.group,
        max_completion_length=decoding.max_new_tokens,
        temperature=decoding.temperature,
        top_k=0,
        seed=trainer_seed(job.seed),
        gradient_checkpointing=task.gradient_checkpointing,
        **_vllm_fields(checkpoint, task),
    )
    first = processes.rank() * phase.prompts // processes.count()
    rollouts = Rollouts(job, task, checked.extras, checked.updates, first)
    log = Log()
    arguments: dict[str, Any] = {
        "model": checkpoint.model,
        "reward_funcs": rollouts.rewarded,  # TRL puts its name into the log
        "args": config,
        "train_dataset": Dataset.from_dict({"prompt": prompts}),
        "processing_class": checkpoint.tokenizer,
        "rollout_func": rollouts.draw,
        "callbacks": [
            ProgressCallback(log, job.progress, SHOWN),
            StepCallback(partial(_on_step, task, rollouts), checked.updates),
            *job.trackers,
        ],
        "peft_config": peft_config(checkpoint.model, task.lora),
        "updates": checked.updates,
        "credit": rollouts.credited if task.credit else None,
    }
    # With adapters the reference is the model without them, and TRL needs no second one.
    second = config.beta and not task.lora
    with as_reference(checkpoint.model, job.scratch / "reference") if second else nullcontext():
        trainer = _trainer(checked.extras, arguments)
    silence(trainer)
    trainer.train()
    trainable = merge(trainer.model, task.lora)
    kept, generated = map(processes.total, (rollouts.kept, rollouts.generated))
    return Trained(log.rows, kept * config.num_iterations, generated, trainable)


def _on_step(task: RLTask[PolicyGradient], rollouts: Rollouts, step: int) -> bool:
    enough = task.after(rollouts.batch, rollouts.rewards)
    return task.on_step(step, processes.total(rollouts.generated)) or enough


def _trainer(extras: Extras, arguments: dict[str, Any]) -> AdvantageTrainer:
    if extras.released_code:
        scale, mask = extras.gradient_scale, extras.kl_mask
        return ReleasedCodeTrainer(gradient_scale=scale, kl_mask=mask, **arguments)
    return AdvantageTrainer(advantage=ADVANTAGES.get(extras.advantage), **arguments)


def _vllm_fields(checkpoint: Checkpoint, task: RLTask[PolicyGradient]) -> dict[str, Any]:
    if task.vllm is None:
        return {}
    longest = max(map(len, encode_prompts(checkpoint.tokenizer, task.prompts)))
    end = int(checkpoint.tokenizer.eos_token_id)
    length = longest + task.decoding.max_new_tokens
    return task.vllm.trainer_fields(length, end, task.decoding.stop)
