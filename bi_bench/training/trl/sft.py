"""Supervised fine-tuning with TRL's SFTTrainer on demonstrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from datasets import Dataset
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from bi_bench.api import UserError, Weight
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.context_length import context_length, too_long
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.lora import LoRA, merge, peft_config
from bi_bench.training.seeding import trainer_seed
from bi_bench.training.tokenization import encode_completions, encode_prompts
from bi_bench.training.trl.callbacks import Log, ProgressCallback, silence, trainer_defaults
from bi_bench.training.trl.weighted_loss import (
    WEIGHTS,
    WeightedCollator,
    WeightedSFTTrainer,
    with_weights,
)


@dataclass(frozen=True, slots=True)
class SFTSettings:
    """SFT hyperparameters. ``loss_on`` "response" masks the prompt, "all" trains on it too.

    ``adam_beta2`` is the decay of AdamW's second moment; with ``lora`` only adapters are trained.
    """

    epochs: float
    batch_size: int
    learning_rate: float
    schedule: str
    warmup: float
    weight_decay: float
    max_grad_norm: float
    max_length: int
    micro_batch_size: int
    gradient_checkpointing: bool
    loss_on: Literal["response", "all"]
    adam_beta2: float = 0.999
    lora: LoRA | None = None


@dataclass(frozen=True, slots=True)
class Demonstrations:
    """Prompts as the model reads them, a completion for each, and their names in errors.

    Without ``names`` errors number them from 0. ``weights``: of the loss on each completion, 1 where
    nothing is said; empty for 1 everywhere.
    """

    prompts: Sequence[str]
    completions: Sequence[str]
    names: Sequence[str] = ()
    weights: Sequence[Sequence[Weight]] = ()


def encode_examples(
    checkpoint: Checkpoint, shown: Demonstrations, settings: SFTSettings
) -> Dataset:
    """Token ids with the mask of the completion, and the weights of its tokens where any is given.

    Tokens of weight 0 are masked like the prompt.

    UserError that names the demonstrations that are longer than ``max_length`` or the model's
    context: none is cut, and none is left out.
    """
    rows = list(
        zip(
            encode_prompts(checkpoint.tokenizer, shown.prompts),
            encode_completions(checkpoint.tokenizer, shown.completions),
            strict=True,
        )
    )
    _check_lengths(checkpoint, [len(p) + len(c) for p, c in rows], settings, shown.names)
    ids, masks = [], []
    for prompt, completion in rows:
        ids.append(prompt + completion)
        before = settings.loss_on == "all"
        masks.append([int(before)] * len(prompt) + [1] * len(completion))
    data = Dataset.from_dict({"input_ids": ids, "completion_mask": masks})
    if not any(shown.weights):
        return data
    return with_weights(data, checkpoint.tokenizer, shown.completions, shown.weights)


def _check_lengths(
    checkpoint: Checkpoint, lengths: Sequence[int], settings: SFTSettings, names: Sequence[str]
) -> None:
    names = names or [str(number) for number in range(len(lengths))]
    context = context_length(checkpoint.model)
    for limit, what, fix in (
        (settings.max_length, "defaults.sft.max_length", "raise the limit"),
        (context, "the model's context", "take a model with a longer context"),
    ):
        if limit is not None and (long := too_long(names, lengths, limit, "demonstrations")):
            raise UserError(
                f"{long} have more tokens than {what} = {limit}; {fix} or make the problems easier"
            )


def train_sft(
    job: TrainingJob, shown: Demonstrations, settings: SFTSettings, updates: int | None = None
) -> Trained:
    """Train the job's model in place, ``updates`` instead of the epochs where it is given.

    Raises UserError for demonstrations that do not fit.
    """
    data = encode_examples(job.checkpoint, shown, settings)
    share = settings.batch_size // processes.count()
    micro = min(settings.micro_batch_size, share)
    if share % micro:
        each = "" if share == settings.batch_size else f" / {processes.count()} processes = {share}"
        raise UserError(
            f"defaults.sft.batch_size = {settings.batch_size}{each} is not a multiple of "
            f"defaults.sft.micro_batch_size = {micro}"
        )
    return train_encoded(job, data, settings, updates)


def train_encoded(
    job: TrainingJob, data: Dataset, settings: SFTSettings, updates: int | None = None
) -> Trained:
    """Train the job's model in place on rows of :func:`encode_examples`."""
    share = settings.batch_size // processes.count()
    micro = min(settings.micro_batch_size, share)
    weighted = WEIGHTS in data.column_names
    config = SFTConfig(
        **trainer_defaults(job.scratch, job.numerics),
        num_train_epochs=settings.epochs,
        max_steps=updates or -1,
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=share // micro,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        adam_beta2=settings.adam_beta2,
        max_grad_norm=settings.max_grad_norm,
        gradient_checkpointing=settings.gradient_checkpointing,
        max_length=settings.max_length,
        completion_only_loss=True,
        packing=False,
        remove_unused_columns=not weighted,
        seed=trainer_seed(job.seed),
        data_seed=trainer_seed(job.seed),
    )
    log = Log()
    pad = int(job.checkpoint.tokenizer.pad_token_id)
    trainer = (WeightedSFTTrainer if weighted else SFTTrainer)(
        model=job.checkpoint.model,
        data_collator=WeightedCollator(pad_token_id=pad) if weighted else None,
        args=config,
        train_dataset=data,
        processing_class=job.checkpoint.tokenizer,
        callbacks=[ProgressCallback(log, job.progress, ("loss",)), *job.trackers],
        peft_config=peft_config(job.checkpoint.model, settings.lora),
    )
    silence(trainer)
    trainer.train()
    tokens_trained = sum(map(sum, data["completion_mask"]))
    trainable = merge(trainer.model, settings.lora)
    epochs = updates * settings.batch_size / len(data) if updates else settings.epochs
    return Trained(log.rows, round(tokens_trained * epochs), trainable=trainable)
