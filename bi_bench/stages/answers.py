"""Answers of a checkpoint to problems, graded: shared by probe and evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import Benchmark, Problem
from bi_bench.stages.base import weights
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked, graded
from bi_bench.store.tables import read_problems
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.prompting import Prompting
from bi_bench.training.room import check_room
from bi_bench.training.sampler import Decoding, sample, truncated
from bi_bench.training.seeding import seed_everything
from bi_bench.training.sft import Trained
from bi_bench.training.stopping import stopper
from bi_bench.training.text import decode, encode_prompts
from bi_bench.training.vllm_engine import VLLMModel


class Setting(NamedTuple):
    """What a stage that lets a model answer works with."""

    numerics: Numerics
    benchmark: Benchmark
    checkpoint: Checkpoint
    problems: list[Problem]


class Asking(NamedTuple):
    """What a stage that only asks a model works with: no trainer needs its weights."""

    numerics: Numerics
    benchmark: Benchmark
    model: Checkpoint | VLLMModel
    problems: list[Problem]


def prepare_asking(context: StageContext) -> Asking:
    """As :func:`prepare`, the model in vLLM where the settings say so."""
    if context.identity["settings"].get("engine") != "vllm":
        return Asking(*prepare(context))
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    source, revision = weights(context.inputs["checkpoint"])
    return Asking(
        numerics,
        context.plugin(Benchmark, "benchmark"),
        VLLMModel(source, numerics, revision),
        read_problems(context.inputs["problems"]),
    )


def prepare(context: StageContext) -> Setting:
    """Seed this process, load the checkpoint and the problems among the parents."""
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    return Setting(
        numerics,
        context.plugin(Benchmark, "benchmark"),
        load_checkpoint(context.inputs["checkpoint"], numerics),
        read_problems(context.inputs["problems"]),
    )


def load_checkpoint(folder: Path, numerics: Numerics) -> Checkpoint:
    """The model of a stage folder ("base", "sft" or "rft")."""
    source, revision = weights(folder)
    return Checkpoint.load(source, numerics, revision)


def answer(
    context: StageContext,
    model: Checkpoint | VLLMModel,
    benchmark: Benchmark,
    problems: Sequence[Problem],
    decoding: Decoding,
    group: int,
) -> list[dict[str, Any]]:
    """``group`` graded answers a problem, as rows in order; UserError for prompts that do not fit."""
    total = len(problems) * group
    settings = context.identity["settings"]
    prompting, tokenizer = Prompting.from_settings(settings), model.tokenizer
    decoding = replace(decoding, stop=prompting.stop)
    end, stop = int(tokenizer.eos_token_id), stopper(tokenizer, prompting.stop)
    shown = prompting.render(tokenizer, [asked(benchmark, each) for each in problems])
    prompts = encode_prompts(tokenizer, shown)
    common: dict[str, Any] = {
        "end": end,
        "group": group,
        "seed": context.seed,
        "on_batch": lambda done: context.progress(step=done, total=total),
    }
    if isinstance(model, VLLMModel):
        completions = model.sample(prompts, decoding, **common)
    else:
        check_room(model, [problem.id for problem in problems], shown, decoding.max_new_tokens)
        completions = sample(
            model.model,
            prompts,
            decoding,
            stop=stop,
            batch=settings["batch_size"],
            bf16=Numerics.from_identity(context.identity["numerics"]).bf16,
            **common,
        )
    texts = decode(tokenizer, completions)
    rows = []
    cut = truncated(completions, end, stop)
    for index, (text, ids, hit_limit) in enumerate(zip(texts, completions, cut, strict=True)):
        problem = problems[index // group]
        grade = graded(benchmark, problem, text)
        rows.append(
            {
                "problem": problem.id,
                "sample": index % group,
                "temperature": decoding.temperature,
                "completion": text,
                "tokens": len(ids),
                "truncated": hit_limit,
                **asdict(grade),
            }
        )
    return rows


def per_problem(rows: Sequence[Mapping[str, Any]], group: int, column: str) -> list[list[int]]:
    """One column as 0/1, grouped by problem."""
    values = [int(bool(row[column])) for row in rows]
    return [values[start : start + group] for start in range(0, len(values), group)]


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a stage folder."""
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    return summary


def generated(rows: Sequence[Mapping[str, Any]]) -> int:
    """Tokens that were generated for these rows."""
    return sum(row["tokens"] for row in rows)


def trainable_costs(trained: Trained) -> dict[str, Any]:
    """How many numbers were trained, where these were adapters."""
    return {} if trained.trainable is None else {"trainable_parameters": trained.trainable}


def gpu_costs(numerics: Numerics) -> dict[str, Any]:
    """Peak GPU memory of this process, where there is a GPU."""
    if numerics.device != "cuda":
        return {}
    import torch

    return {"peak_gpu_memory_mb": round(torch.cuda.max_memory_allocated() / 2**20)}
