"""Answers of a checkpoint to problems, graded: shared by probe and evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

from bi_bench.api import Benchmark, Completion, Decoder, Decoding, Grade, Problem
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import Parent, decoded_checkpoint
from bi_bench.artifacts.samples import Sample
from bi_bench.stages.base import weights
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked, graded
from bi_bench.stages.own_kind import OwnKind
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.context_length import check_context_length
from bi_bench.training.generation.decoded import Decoded, load_decoded
from bi_bench.training.generation.sampler import sample, truncated
from bi_bench.training.generation.settings import GenerationSettings
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.generation.vllm_engine import VLLMModel
from bi_bench.training.identity import parse
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import decode, encode_prompts


class Setting(NamedTuple):
    """The parts that a stage needs to let a model answer."""

    numerics: Numerics
    benchmark: Benchmark
    checkpoint: Checkpoint
    problems: list[Problem]


class Asking(NamedTuple):
    """The parts of a stage that only asks a model: no trainer needs its weights."""

    numerics: Numerics
    benchmark: Benchmark
    model: Checkpoint | VLLMModel | OwnKind | Decoded
    problems: list[Problem]
    settings: GenerationSettings


def prepare_asking(context: StageContext, model: Parent = Parent.CHECKPOINT) -> Asking:
    """As :func:`prepare`, for everything that can answer: vLLM, a kind of its own, a decoder."""
    settings = parse(GenerationSettings, context.identity["settings"])
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    return Asking(
        numerics,
        context.plugin(Benchmark, "benchmark"),
        _model(context, numerics, settings, model),
        read_problems(context.inputs[Parent.PROBLEMS]),
        settings,
    )


def _model(
    context: StageContext, numerics: Numerics, settings: GenerationSettings, model: Parent
) -> Checkpoint | VLLMModel | OwnKind | Decoded:
    if "decoder" in context.identity:
        decoder = context.plugin(Decoder, "decoder")
        sources = {
            name: weights(context.inputs[decoded_checkpoint(name)])
            for name in decoder.checkpoints()
        }
        return load_decoded(decoder, sources, numerics)
    if "model" in context.identity:
        return OwnKind.load(context)
    if settings.engine == "vllm":
        source, revision = weights(context.inputs[model])
        return VLLMModel(source, numerics, revision)
    return load_checkpoint(context.inputs[model], numerics)


def prepare(context: StageContext, model: Parent = Parent.CHECKPOINT) -> Setting:
    """Seed this process, load the model and the problems among the parents."""
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    return Setting(
        numerics,
        context.plugin(Benchmark, "benchmark"),
        load_checkpoint(context.inputs[model], numerics),
        read_problems(context.inputs[Parent.PROBLEMS]),
    )


def load_checkpoint(folder: Path, numerics: Numerics) -> Checkpoint:
    """The model of a stage folder ("base", "sft" or "rft")."""
    source, revision = weights(folder)
    return Checkpoint.load(source, numerics, revision)


def answer(context: StageContext, asking: Asking, decoding: Decoding, group: int) -> list[Sample]:
    """``group`` graded answers a problem, in order; UserError for prompts that do not fit."""
    benchmark, problems = asking.benchmark, asking.problems
    prompts = [asked(benchmark, each) for each in problems]
    if isinstance(asking.model, OwnKind):
        shown = asking.settings.prompt.opened(prompts)
        completions = asking.model.sample(shown, decoding, group, context.seed, context.progress)
    else:
        completions = _completions(context, asking, asking.model, prompts, decoding, group)
    answers = []
    for index, (text, tokens, cut) in enumerate(completions):
        problem = problems[index // group]
        grade = graded(benchmark, problem, text)
        drawn = (index % group, decoding.temperature, tokens, cut)
        answers.append(graded_sample(problem, text, grade, *drawn))
    return answers


def _completions(
    context: StageContext,
    asking: Asking,
    model: Checkpoint | VLLMModel | Decoded,
    prompts: Sequence[str],
    decoding: Decoding,
    group: int,
) -> list[Completion]:
    """The completions of a causal model, token by token."""
    numerics, settings, tokenizer = asking.numerics, asking.settings, model.tokenizer
    total = len(prompts) * group
    end, stop = int(tokenizer.eos_token_id), stopper(tokenizer, decoding.stop)
    shown = settings.prompt.render(tokenizer, prompts)
    encoded = encode_prompts(tokenizer, shown)
    common: dict[str, Any] = {
        "end": end,
        "group": group,
        "seed": context.seed,
        "on_batch": lambda done: context.progress(step=done, total=total),
    }
    if isinstance(model, VLLMModel):
        rows = model.sample(encoded, decoding, **common)
    else:
        ids, length = [problem.id for problem in asking.problems], decoding.max_new_tokens
        if isinstance(model, Decoded):
            model.check(ids, prompts, settings.prompt, length)
        else:
            check_context_length(model, ids, shown, length)
        rows = sample(
            model.mixture if isinstance(model, Decoded) else model.model,
            encoded,
            decoding,
            stop=stop,
            batch=settings.batch_size,
            bf16=numerics.bf16,
            **common,
        )
    cut, texts = truncated(rows, end, stop), decode(tokenizer, rows)
    return [
        Completion(text, len(row), hit_limit)
        for text, row, hit_limit in zip(texts, rows, cut, strict=True)
    ]


def graded_sample(
    problem: Problem,
    completion: str,
    grade: Grade,
    number: int = 0,
    temperature: float = 0.0,
    tokens: int = 0,
    truncated: bool = False,
) -> Sample:
    """An answer with its grade; ``number`` counts those to a problem at one temperature."""
    asked = (problem.id, number, temperature, completion, tokens, truncated)
    return Sample(*asked, **asdict(grade))


def right_by_problem(answers: Sequence[Sample], group: int) -> tuple[tuple[int, ...], ...]:
    """1 for each right answer, 0 for each wrong one, grouped by problem."""
    values = tuple(int(answer.correct) for answer in answers)
    return tuple(values[start : start + group] for start in range(0, len(values), group))


def generated(answers: Sequence[Sample]) -> int:
    """Tokens that were generated for these answers."""
    return sum(answer.tokens for answer in answers)


class GPUCosts(TypedDict, total=False):
    """The costs that are measured on a GPU alone."""

    peak_gpu_memory_mb: float


def gpu_costs(numerics: Numerics) -> GPUCosts:
    """Peak GPU memory of this process, where there is a GPU."""
    if numerics.device != "cuda":
        return {}
    import torch

    return {"peak_gpu_memory_mb": round(torch.cuda.max_memory_allocated() / 2**20)}
