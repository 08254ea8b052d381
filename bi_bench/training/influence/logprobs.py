"""Log-probabilities of given completions, for gradients and losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel


class LogProbs(NamedTuple):
    """Natural logarithms, 0 where there is no token; ``lengths`` are tokens a completion.

    Shapes: ``tokens`` (rows, positions), ``lengths`` (rows,).
    """

    tokens: torch.Tensor
    lengths: torch.Tensor

    @property
    def sums(self) -> torch.Tensor:
        """log pi(completion | prompt), one a row."""
        return self.tokens.sum(-1)

    @property
    def means(self) -> torch.Tensor:
        """The mean over the tokens of each completion, one a row."""
        return self.sums / self.lengths


def completion_logprobs(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    completions: Sequence[Sequence[int]],
    temperature: float = 1.0,
) -> LogProbs:
    """How probable the model finds each completion after its prompt, all as token ids.

    Differentiable unless the caller switches that off. ``temperature`` divides the logits, as in
    sampling. ValueError for a completion without tokens.
    """
    if not all(map(len, prompts)) or not all(map(len, completions)):
        raise ValueError("every prompt and every completion needs at least one token")
    rows = [[*prompt, *rest] for prompt, rest in zip(prompts, completions, strict=True)]
    width = max(map(len, rows))
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100)
    for index, (row, prompt) in enumerate(zip(rows, prompts, strict=True)):
        ids[index, : len(row)] = torch.tensor(row)
        labels[index, len(prompt) : len(row)] = torch.tensor(row[len(prompt) :])
    ids, labels = ids.to(model.device), labels.to(model.device)
    # Logits before the shortest prompt's last token predict nothing that is asked for.
    first = min(map(len, prompts)) - 1
    # Right padding under a causal model needs no attention mask: no real token sees a pad.
    logits = model(input_ids=ids, use_cache=False, logits_to_keep=width - first).logits
    wanted = labels[:, first + 1 :]
    losses = cross_entropy(
        (logits[:, :-1] / temperature).flatten(0, 1), wanted.flatten(), reduction="none"
    )
    return LogProbs(-losses.view(wanted.shape), (wanted != -100).sum(-1))


@torch.no_grad()
def completion_losses(
    model: PreTrainedModel,
    prompts: Sequence[Sequence[int]],
    completions: Sequence[Sequence[int]],
    batch: int = 32,
) -> list[float]:
    """-log pi(completion | prompt) in nats, one a completion; dropout is off meanwhile."""
    was_training = model.training
    model.train(False)
    losses: list[float] = []
    for start in range(0, len(completions), batch):
        rows = slice(start, start + batch)
        losses += (-completion_logprobs(model, prompts[rows], completions[rows]).sums).tolist()
    model.train(was_training)
    return losses
