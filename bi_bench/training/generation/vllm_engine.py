"""vLLM in place of our sampler: next to TRL's trainer for rollouts, alone for probe and evaluation.

Every row has a seed of its own here too, but vLLM promises the same tokens only on the same hardware
and version, and only while requests are batched alike; a server promises nothing. Unlike
with our sampler, two checkpoints do not share their noise, and a result may not repeat.
vLLM is imported inside functions: where it is not installed, everything else works.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bi_bench.api import Decoding, UserError
from bi_bench.training.checkpoint import Numerics, load_tokenizer
from bi_bench.training.generation.sampler import Rows

ALONE = 0.9  # share of a GPU's memory where no trainer needs any


@dataclass(frozen=True, slots=True)
class VLLM:
    """How vLLM runs next to the trainer: ``memory`` is its share of the GPU if colocated."""

    mode: Literal["colocate", "server"] = "colocate"
    memory: float = 0.3
    server_url: str = ""

    def trainer_fields(self, length: int, end: int, stop: Sequence[str] = ()) -> dict[str, Any]:
        """Fields of TRL's GRPOConfig, for prompts and completions of at most ``length`` tokens."""
        common: dict[str, Any] = {"use_vllm": True, "vllm_mode": self.mode}
        if self.mode == "server":
            # Where a completion ends; colocated requests are made by :func:`draw`.
            ends = {"stop_token_ids": [end], **_stopped(stop)}
            return {**common, "vllm_server_base_url": self.server_url, "generation_kwargs": ends}
        memory = {"vllm_gpu_memory_utilization": self.memory}
        return {**common, **memory, "vllm_max_model_length": length}


def request(decoding: Decoding, *, end: int, group: int, seed: int) -> dict[str, Any]:
    """Arguments of vLLM's SamplingParams for one prompt: nothing of the distribution is cut off.

    The n-th of a group takes seed + n, as vLLM does by itself.
    """
    return {
        "n": group,
        "seed": seed,
        "temperature": decoding.temperature,
        "top_p": 1.0,
        "top_k": 0,
        "min_p": 0.0,
        "max_tokens": decoding.max_new_tokens,
        "stop_token_ids": [end],
        "logprobs": 0,  # of the sampled token alone
        "detokenize": bool(decoding.stop),
        **_stopped(decoding.stop),
    }


def _stopped(stop: Sequence[str]) -> dict[str, Any]:
    return {"stop": list(stop), "include_stop_str_in_output": True} if stop else {}


def row_seed(seed: int, index: int) -> int:
    """The seed of the prompt at a place; those of two places differ by more than a group's size."""
    return (seed + 1_000_003 * index) % 2**62


def draw(
    generation: Any,
    prompts: Rows,
    decoding: Decoding,
    *,
    end: int,
    group: int,
    seed: int,
    first: int = 0,
) -> tuple[Rows, list[list[float]]]:
    """Completions and their log-probabilities, ``group`` a prompt, by the vLLM of a TRL trainer.

    ``generation`` is TRL's VLLMGeneration, its weights in step with the trainer's. A server takes one
    seed for all prompts of a request, which would give them the same noise: it gets none.
    """
    if generation.mode == "server":
        repeated = [ids for ids in prompts for _ in range(group)]
        _, completions, scores, _ = generation.generate(repeated, None, group)
        return completions, [[step[0] for step in row] for row in scores]
    # Not through generation.generate: it sends a group as single requests with one seed.
    return _generate(generation.llm, prompts, decoding, end, group, seed, first)


def _generate(
    llm: Any, prompts: Rows, decoding: Decoding, end: int, group: int, seed: int, first: int
) -> tuple[Rows, list[list[float]]]:
    from vllm import SamplingParams

    asked = [
        SamplingParams(
            **request(decoding, end=end, group=group, seed=row_seed(seed, first + index))
        )
        for index in range(len(prompts))
    ]
    given = [{"prompt_token_ids": ids} for ids in prompts]
    return unpack(llm.generate(given, sampling_params=asked, use_tqdm=False))


def unpack(outputs: Sequence[Any]) -> tuple[Rows, list[list[float]]]:
    """Token ids and log-probabilities from vLLM's RequestOutputs, a group's completions in order."""
    drawn = [
        each
        for output in outputs
        for each in sorted(output.outputs, key=lambda completion: completion.index)
    ]
    scores = [
        [step[token].logprob for token, step in zip(each.token_ids, each.logprobs, strict=True)]
        for each in drawn
    ]
    return [list(each.token_ids) for each in drawn], scores


class VLLMModel:
    """A checkpoint that only answers: vLLM with the weights of a folder or of the hub.

    vLLM starts with the first question, when the longest prompt is known.
    """

    def __init__(self, source: Path | str, numerics: Numerics, revision: str | None = None) -> None:
        self.tokenizer = load_tokenizer(source, revision)
        self._model = {"model": str(source), "revision": revision, "dtype": numerics.dtype}
        self._llm: Any = None

    def sample(
        self,
        prompts: Rows,
        decoding: Decoding,
        *,
        end: int,
        group: int = 1,
        seed: int = 0,
        on_batch: Callable[[int], None] | None = None,
    ) -> Rows:
        """As :func:`bi_bench.training.generation.sampler.sample`; vLLM batches by itself."""
        length = max(map(len, prompts)) + decoding.max_new_tokens
        if self._llm is None:
            self._llm = start(self._model, length)
        rows, _ = _generate(self._llm, prompts, decoding, end, group, seed, 0)
        if on_batch:
            on_batch(len(rows))
        return rows


def start(model: dict[str, Any], length: int) -> Any:
    """vLLM's LLM in this process. UserError saying what to install where it is not."""
    # In this process vLLM schedules the same way each time; in one of its own it does not.
    os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
    try:
        from vllm import LLM
    except ImportError as error:
        raise UserError(
            f"vLLM cannot be imported ({error}); pip install 'bi-bench[vllm]', or set "
            'defaults.rollouts.engine = "sampler"'
        ) from error
    return LLM(
        **model,
        max_model_len=length,
        gpu_memory_utilization=ALONE,
        trust_remote_code=False,
        generation_config="vllm",  # not the model's own habits: temperature and ends are ours
        logprobs_mode="processed_logprobs",
        seed=0,
    )
