"""Pretrains a small causal language model from scratch on a stream of documents."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Document:
    """Token ids, and for each whether it is a target of the loss."""

    ids: Sequence[int]
    targets: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Schedule:
    """AdamW with linear warm-up and cosine decay to a tenth; ``batch`` documents a step."""

    steps: int
    batch: int = 32
    learning_rate: float = 3e-3
    warmup: int = 100
    weight_decay: float = 0.01
    clip: float = 1.0

    def factor(self, step: int) -> float:
        """The share of the learning rate at a step."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return 0.55 + 0.45 * math.cos(math.pi * min(1.0, done))


def pretrain(
    model: PreTrainedModel,
    documents: Iterator[Document],
    schedule: Schedule,
    on_step: Callable[[int, float, int], None] | None = None,
) -> int:
    """Train in place and return the number of tokens seen.

    Batches are taken from pools of 16 batches sorted by length, which saves most of the padding;
    ``on_step`` is called with the step, its loss and the tokens so far.
    """
    optimizer = torch.optim.AdamW(
        model.parameters(),
        lr=schedule.learning_rate,
        betas=(0.9, 0.98),
        weight_decay=schedule.weight_decay,
    )
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule.factor)
    shuffle = torch.Generator().manual_seed(0)
    model.train()
    seen = step = 0
    while step < schedule.steps:
        pool = list(islice(documents, 16 * schedule.batch))
        if len(pool) < schedule.batch:
            raise ValueError("the stream of documents ended before the schedule did")
        pool.sort(key=lambda document: len(document.ids))
        batches = [pool[i : i + schedule.batch] for i in range(0, len(pool), schedule.batch)]
        for index in torch.randperm(len(batches), generator=shuffle).tolist():
            loss, tokens = _step(model, batches[index], optimizer, schedule.clip)
            scheduler.step()
            seen, step = seen + tokens, step + 1
            if on_step:
                on_step(step, loss, seen)
            if step == schedule.steps:
                break
    return seen


def _step(
    model: PreTrainedModel,
    batch: Sequence[Document],
    optimizer: torch.optim.Optimizer,
    clip: float,
) -> tuple[float, int]:
    width = max(len(document.ids) for document in batch)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    labels = torch.full((len(batch), width), -100)
    for row, document in enumerate(batch):
        length = len(document.ids)
        ids[row, :length] = torch.tensor(document.ids)
        wanted = torch.tensor(document.targets)
        labels[row, :length] = torch.where(wanted, ids[row, :length], -100)
    # Right padding under a causal model needs no attention mask: no real token sees a pad.
    logits = model(input_ids=ids, use_cache=False).logits
    loss = cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss.item(), sum(len(document.ids) for document in batch)
