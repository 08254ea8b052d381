"""Encodes prompts and completions as token ids, for SFT, RFT and evaluation alike."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PreTrainedTokenizerBase

from bi_bench.api import UserError


def encode_prompts(tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str]) -> list[list[int]]:
    """Token ids of prompts, with the special tokens that the tokenizer puts in front by itself.

    Where a chat template has written the beginning-of-sequence token already, it is there once.
    """
    begin = tokenizer.bos_token
    if begin and any(prompt.startswith(begin) for prompt in prompts):
        return [
            list(tokenizer(prompt, add_special_tokens=not prompt.startswith(begin))["input_ids"])
            for prompt in prompts
        ]
    return list(tokenizer(list(prompts))["input_ids"]) if prompts else []


def encode_completions(
    tokenizer: PreTrainedTokenizerBase, completions: Sequence[str]
) -> list[list[int]]:
    """Token ids of completions: nothing in front, the end-of-sequence token at the end.

    Prompt and completion are tokenised apart, as in a rollout, where the model goes on from
    exactly the prompt's tokens.
    """
    if not completions:
        return []
    rows = tokenizer(list(completions), add_special_tokens=False)["input_ids"]
    return [[*row, tokenizer.eos_token_id] for row in rows]


def completion_spans(
    tokenizer: PreTrainedTokenizerBase, completions: Sequence[str]
) -> list[list[tuple[int, int]]]:
    """The characters (start, end) of each token of :func:`encode_completions`.

    The end-of-sequence token has the character after the last one. UserError for a tokenizer that
    does not tell characters.
    """
    if not completions:
        return []
    if not tokenizer.is_fast:
        raise UserError(
            f"{type(tokenizer).__name__} does not tell which characters a token has, which loss "
            "weights and log-probabilities need; save the model with a fast tokenizer"
        )
    rows = tokenizer(list(completions), add_special_tokens=False, return_offsets_mapping=True)
    return [
        [*((start, end) for start, end in row), (len(text), len(text) + 1)]
        for row, text in zip(rows["offset_mapping"], completions, strict=True)
    ]


def decode(tokenizer: PreTrainedTokenizerBase, rows: Sequence[Sequence[int]]) -> list[str]:
    """Text of completions without special tokens."""
    return list(tokenizer.batch_decode([list(row) for row in rows], skip_special_tokens=True))
