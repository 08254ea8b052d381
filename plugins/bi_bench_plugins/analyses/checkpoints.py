"""Loads the models that analyses measure: after SFT, during RFT, after RFT."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bi_bench.api import AnalysisContext, Problem, derive_seed

if TYPE_CHECKING:
    from bi_bench.training.checkpoint import Checkpoint


def checkpoints(context: AnalysisContext) -> Iterator[tuple[str, Path]]:
    """Names and folders in order: "sft", "step 40" ... as far as RFT kept them, "rft"."""
    yield "sft", context.folders["sft"]
    kept = context.folders["rft"] / "checkpoints"
    for folder in sorted(kept.glob("*"), key=lambda folder: int(folder.name)):
        yield f"step {int(folder.name)}", folder
    yield "rft", context.folders["rft"]


def load(context: AnalysisContext, folder: Path) -> Checkpoint:
    """The model of a folder, in float32 where the suite computes."""
    from bi_bench.training.checkpoint import Checkpoint, Numerics

    return Checkpoint.load(folder, Numerics.from_identity(dict(context.numerics)))


def load_base(context: AnalysisContext) -> Checkpoint:
    """The base model, from its folder or from the hub's cache."""
    from bi_bench.training.checkpoint import Checkpoint, Numerics

    folder = context.folders["base"]
    numerics = Numerics.from_identity(dict(context.numerics))
    if not (reference := folder / "source.json").is_file():
        return Checkpoint.load(folder, numerics)
    source = json.loads(reference.read_text())
    return Checkpoint.load(source["hub_id"], numerics, source["revision"])


class Answers(NamedTuple):
    """Prompts as token ids; completions, their texts and whether they were cut, a group a prompt."""

    prompts: list[list[int]]
    completions: list[list[int]]
    texts: list[str]
    truncated: list[bool]


def answers(
    context: AnalysisContext,
    checkpoint: Checkpoint,
    problems: Sequence[Problem],
    *,
    temperature: float,
    group: int = 1,
) -> Answers:
    """``group`` answers of a checkpoint to each problem, drawn as RFT draws rollouts.

    The same random numbers in all arms and at all checkpoints. UserError for prompts that do not fit.
    """
    from bi_bench.api import Decoding
    from bi_bench.training.context_length import check_context_length
    from bi_bench.training.generation.prompting import Prompting
    from bi_bench.training.generation.sampler import sample, truncated
    from bi_bench.training.generation.stopping import stopper
    from bi_bench.training.tokenization import decode, encode_prompts

    settings, tokenizer = context.settings, checkpoint.tokenizer
    prompting, length = Prompting.from_settings(settings), settings["max_new_tokens"]
    asked = prompting.render(tokenizer, [context.benchmark.ask(each) for each in problems])
    check_context_length(checkpoint, [problem.id for problem in problems], asked, length)
    prompts = encode_prompts(tokenizer, asked)
    end, stop = int(tokenizer.eos_token_id), stopper(tokenizer, prompting.stop)
    completions = sample(
        checkpoint.model,
        prompts,
        Decoding(length, temperature, prompting.stop),
        end=end,
        stop=stop,
        group=group,
        seed=derive_seed(context.seed, "rollouts"),
        batch=settings["batch_size"],
    )
    cut = list(truncated(completions, end, stop))
    return Answers(prompts, completions, list(decode(tokenizer, completions)), cut)
