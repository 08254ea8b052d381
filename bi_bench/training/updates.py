"""Single optimizer updates for trainers with a loop of their own: policy gradient and imitation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel

from bi_bench.api import UserError
from bi_bench.training.generation.sampler import Rows
from bi_bench.training.influence.logprobs import completion_logprobs


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids of prompts and completions, and numbers for every token of a completion.

    ``weights``: what the log-probability of a token is multiplied by; their sum over the batch, with the
    sign turned, is the loss. ``sampled``: log-probabilities that importance ratios refer to, or none.
    """

    prompts: Rows
    completions: Rows
    weights: Sequence[Sequence[float]]
    sampled: Sequence[Sequence[float]] = ()


@dataclass
class Updater:
    """An AdamW optimizer on the trainable weights of a model, made at the first update.

    ``micro_batch`` rows pass at a time; the gradient is that of the whole batch.
    """

    model: PreTrainedModel
    micro_batch: int
    bf16: bool = False
    _optimizer: torch.optim.Optimizer | None = field(default=None, init=False)

    def update(
        self,
        batch: Batch,
        *,
        learning_rate: float,
        weight_decay: float,
        max_grad_norm: float,
        temperature: float = 1.0,
        clip: float | None = None,
    ) -> dict[str, float]:
        """One step; the loss and the norm of the gradient before clipping it.

        UserError where either is not finite: the weights are left as they were.
        """
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        if self._optimizer is None:
            self._optimizer = torch.optim.AdamW(parameters, lr=learning_rate)
        for group in self._optimizer.param_groups:
            group |= {"lr": learning_rate, "weight_decay": weight_decay}
        self.model.train()
        total = 0.0
        for start in range(0, len(batch.prompts), self.micro_batch):
            rows = slice(start, start + self.micro_batch)
            with torch.autocast(self.model.device.type, torch.bfloat16, enabled=self.bf16):
                found = completion_logprobs(
                    self.model, batch.prompts[rows], batch.completions[rows], temperature
                )
            lengths = [len(prompt) for prompt in batch.prompts[rows]]
            weights = _place(batch.weights[rows], lengths, found.tokens)
            terms = found.tokens * weights
            if clip is not None:
                sampled = _place(batch.sampled[rows], lengths, found.tokens)
                ratio = torch.exp(found.tokens - sampled)
                terms = torch.minimum(ratio * weights, ratio.clamp(1 - clip, 1 + clip) * weights)
            loss = -terms.sum()
            loss.backward()
            total += loss.item()
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, max_grad_norm))
        if not (math.isfinite(total) and math.isfinite(norm)):
            self._optimizer.zero_grad()
            raise UserError(
                f"training diverged: the loss is {total} and the norm of its gradient {norm}; lower "
                "the learning rate"
            )
        self._optimizer.step()
        self._optimizer.zero_grad()
        return {"loss": total, "grad_norm": norm}


def averaged(
    values: Iterable[float | Sequence[float]], completions: Rows, per_sequence: bool
) -> list[list[float]]:
    """Weights of tokens whose sum is an average: within each completion first, or over all tokens.

    ``values``: a number for each completion, or for each of its tokens.
    """
    tokens = sum(map(len, completions))
    rows = []
    for value, completion in zip(values, completions, strict=True):
        share = len(completion) * len(completions) if per_sequence else tokens
        given = list(value) if isinstance(value, Sequence) else [value] * len(completion)
        if len(given) != len(completion):
            raise ValueError(f"{len(given)} numbers for a completion of {len(completion)} tokens")
        rows.append([float(one) / share for one in given])
    return rows


def _place(
    rows: Sequence[Sequence[float]], prompts: Sequence[int], like: torch.Tensor
) -> torch.Tensor:
    """Numbers of completions' tokens where their log-probabilities are, 0 elsewhere."""
    placed = like.new_zeros(like.shape)
    first = min(prompts)
    for place, (row, prompt) in enumerate(zip(rows, prompts, strict=True)):
        start = prompt - first
        placed[place, start : start + len(row)] = placed.new_tensor(list(row))
    return placed
