"""A small batched sampler for machines without vLLM.

Differs from ``generate`` in three ways: the prompt of a group is prefilled once and its cache
repeated; finished rows leave the batch; and every row has random numbers of its own, so an answer
does not depend on what else is in the batch and two checkpoints sampled with one seed share their
noise. Under greedy decoding the tokens are those of ``generate`` (tested).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from transformers import PreTrainedModel

from bi_bench.api import Decoding
from bi_bench.training.generation.forward import Mixture, begin
from bi_bench.training.generation.stopping import Stop

Rows = list[list[int]]


@torch.inference_mode()
def sample(
    model: PreTrainedModel | Mixture,
    prompts: Rows,
    decoding: Decoding,
    *,
    end: int,
    stop: Stop | None = None,
    group: int = 1,
    seed: int = 0,
    batch: int = 256,
    bf16: bool = False,
    on_batch: Callable[[int], None] | None = None,
    first: int = 0,
    logprobs: list[list[float]] | None = None,
) -> Rows:
    """``group`` completions for each prompt, in order (all of the first prompt, then the next).

    ``prompts`` are token ids, ``end`` the id that ends a completion and is kept in it; a
    completion without it was truncated. At most ``batch`` rows run at a time; ``on_batch`` is
    called with the number of rows done. Prompts of similar length share a batch.
    ``bf16`` computes in bfloat16. ``stop`` (of :func:`~bi_bench.training.generation.stopping.stopper`)
    says of the tokens so far whether the completion is over; it must be there if ``decoding`` has
    stop texts. ``first`` is the offset of these prompts in a larger batch; random numbers follow the
    offset. A list given as ``logprobs`` is filled with the log-probability
    of each sampled token, rows as in the result.
    """
    if decoding.stop and not stop:
        raise ValueError("decoding has stop strings; pass a stopper for the tokenizer")
    was_training = model.training
    model.train(False)
    rows: Rows = [[] for _ in range(len(prompts) * group)]
    scores: list[list[float]] = [[] for _ in rows]
    order = sorted(range(len(prompts)), key=lambda index: len(prompts[index]))
    done, size = 0, max(1, batch // group)
    for start in range(0, len(order), size):
        chosen = order[start : start + size]
        noise = _noise([first + index for index in chosen], group, seed, decoding)
        found: list[list[float]] = []
        with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=bf16):
            completions = _sample_batch(
                model,
                [prompts[i] for i in chosen],
                decoding,
                end=end,
                stop=stop,
                group=group,
                noise=noise,
                logprobs=None if logprobs is None else found,
            )
        for position, completion in enumerate(completions):
            place = chosen[position // group] * group + position % group
            rows[place] = completion
            scores[place] = found[position] if found else []
        done += len(completions)
        if on_batch:
            on_batch(done)
    model.train(was_training)
    if logprobs is not None:
        logprobs[:] = scores
    return rows


def _noise(chosen: Sequence[int], group: int, seed: int, decoding: Decoding) -> torch.Tensor | None:
    if not decoding.temperature:
        return None
    generator = torch.Generator()
    rows = []
    for index in chosen:
        generator.manual_seed((seed + 1_000_003 * index) % 2**63)
        rows.append(torch.rand(group, decoding.max_new_tokens, generator=generator))
    return torch.cat(rows)


def _sample_batch(
    model: PreTrainedModel | Mixture,
    prompts: Rows,
    decoding: Decoding,
    *,
    end: int,
    stop: Stop | None,
    group: int,
    noise: torch.Tensor | None,
    logprobs: list[list[float]] | None,
) -> Rows:
    device = model.device
    width = max(map(len, prompts))
    ids = torch.tensor([[end] * (width - len(p)) + p for p in prompts], device=device)
    mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p) for p in prompts], device=device)
    forward = begin(model)
    logits = forward(ids, mask, (mask.cumsum(-1) - 1).clamp(min=0))

    repeat = torch.arange(len(prompts), device=device).repeat_interleave(group)
    forward.select(repeat)
    logits, mask = logits[repeat], mask[repeat]
    alive = torch.arange(len(repeat), device=device)  # which result row each batch row writes
    running = torch.ones_like(alive, dtype=torch.bool)
    result: Rows = [[] for _ in range(len(repeat))]
    if logprobs is not None:
        logprobs[:] = [[] for _ in result]
    for step in range(decoding.max_new_tokens):
        tokens = _pick(
            logits, decoding.temperature, None if noise is None else noise[:, step], alive
        )
        for row, token, active in zip(
            alive.tolist(), tokens.tolist(), running.tolist(), strict=True
        ):
            if active:
                result[row].append(token)
        if logprobs is not None:
            for row, value, active in zip(
                alive.tolist(),
                _logprobs(logits, tokens, decoding.temperature).tolist(),
                running.tolist(),
                strict=True,
            ):
                if active:
                    logprobs[row].append(value)
        running &= tokens != end
        if stop:
            over = [stop(result[row]) for row in alive.tolist()]
            running &= ~torch.tensor(over, device=device)
        if step + 1 == decoding.max_new_tokens or not (left := int(running.sum())):
            break
        # Dropping a row copies the cache, so wait until an eighth of the batch has finished.
        if left <= len(alive) * 7 // 8:
            keep = running.nonzero().squeeze(-1)
            forward.select(keep)
            alive, tokens, mask, running = alive[keep], tokens[keep], mask[keep], running[keep]
        mask = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=-1)
        logits = forward(tokens[:, None], mask, mask.sum(-1, keepdim=True) - 1)
    return result


def _pick(
    logits: torch.Tensor, temperature: float, noise: torch.Tensor | None, alive: torch.Tensor
) -> torch.Tensor:
    if noise is None:
        return logits.argmax(-1)
    cumulative = torch.softmax(logits / temperature, dim=-1).cumsum(-1)
    threshold = noise.to(logits.device)[alive][:, None] * cumulative[:, -1:]
    # Inverse transform sampling: the first token whose cumulative probability exceeds the noise.
    return (cumulative <= threshold).sum(-1).clamp(max=logits.shape[-1] - 1)


def _logprobs(logits: torch.Tensor, tokens: torch.Tensor, temperature: float) -> torch.Tensor:
    scaled = torch.log_softmax(logits / (temperature or 1.0), dim=-1)
    return scaled.gather(-1, tokens[:, None]).squeeze(-1)


def truncated(rows: Rows, end: int, stop: Stop | None = None) -> Iterator[bool]:
    """Which completions hit the length limit before they ended, by ``end`` or by a stop text."""
    return (not row or not (row[-1] == end or (stop and stop(row))) for row in rows)
