"""The context length of a model, and the check that prompts fit into it; none is ever cut."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedModel

from bi_bench.api import UserError
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.tokenization import encode_prompts

SHOWN = 5  # ids that a message spells out


def context_length(model: PreTrainedModel) -> int | None:
    """Positions that the model was made for, prompt and completion together; None if unbounded.

    Beyond them some models fail with an index error and others go on, with worse answers.
    """
    length = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return length if isinstance(length, int) and length > 0 else None


def check_context_length(
    checkpoint: Checkpoint, ids: Sequence[str], prompts: Sequence[str], max_new_tokens: int
) -> None:
    """UserError that counts and names the prompts after which ``max_new_tokens`` do not fit."""
    context = context_length(checkpoint.model)
    if context is None:
        return
    lengths = [len(row) for row in encode_prompts(checkpoint.tokenizer, prompts)]
    if long := too_long(ids, lengths, context - max_new_tokens):
        raise UserError(
            f"{long} leave no room for {max_new_tokens} new tokens in the model's context of "
            f"{context}; lower defaults.rollouts.max_new_tokens, leave these problems out, or take "
            "a model with a longer context"
        )


def too_long(ids: Sequence[str], lengths: Sequence[int], limit: int, what: str = "prompts") -> str:
    """How many prompts (or ``what``) are longer than ``limit`` tokens, and which; empty if none is."""
    long = [f"{id}: {n} tokens" for id, n in zip(ids, lengths, strict=True) if n > limit]
    if not long:
        return ""
    shown = ", ".join(long[:SHOWN]) + (", ..." if len(long) > SHOWN else "")
    return f"{len(long)} of {len(lengths)} {what} ({shown})"
