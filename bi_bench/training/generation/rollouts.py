"""Makes rollouts of sampled token ids: their text, whether they were cut off, where each token is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from transformers import PreTrainedTokenizerBase

from bi_bench.api import Rollout
from bi_bench.training.generation.sampler import Rows, truncated
from bi_bench.training.generation.stopping import Stop
from bi_bench.training.tokenization import decode


def as_rollouts(
    tokenizer: PreTrainedTokenizerBase,
    problems: Sequence[int],
    completions: Rows,
    logprobs: Sequence[Sequence[float]],
    stop: Stop | None = None,
) -> list[Rollout]:
    """A rollout for each completion; ``problems`` are the indices of their problems, one each."""
    cut = truncated(completions, int(tokenizer.eos_token_id), stop)
    texts = decode(tokenizer, completions)
    return [
        Rollout(
            problem,
            text,
            tuple(ids),
            hit_limit,
            tuple(scores),
            partial(spans, tokenizer, ids, text),
        )
        for problem, text, ids, hit_limit, scores in zip(
            problems, texts, completions, cut, logprobs, strict=True
        )
    ]


def spans(
    tokenizer: PreTrainedTokenizerBase, ids: Sequence[int], text: str
) -> tuple[tuple[int, int], ...]:
    """The characters of ``text``, the decoded ``ids``, that each token wrote: (start, end).

    Where a character takes several tokens, all of it belongs to the last of them.
    """
    pieces = decode(tokenizer, [[token] for token in ids])
    if "".join(pieces) == text:
        ends = [0]
        for piece in pieces:
            ends.append(ends[-1] + len(piece))
    else:  # tokens are written differently next to others: decode every beginning
        begun = decode(tokenizer, [ids[:count] for count in range(1, len(ids) + 1)])
        ends = [0]
        for one in begun:
            ends.append(max(ends[-1], _agree(one, text)))
        ends[-1] = len(text)
    return tuple(pairwise(ends))


def _agree(begun: str, text: str) -> int:
    """How many characters two texts share from the start."""
    if text.startswith(begun):
        return len(begun)
    return next(
        n for n, (a, b) in enumerate(zip(begun + "\0", text + "\1", strict=False)) if a != b
    )
