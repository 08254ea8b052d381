"""Answers of a checkpoint to problems, graded: shared by probe and evaluation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import Benchmark, Problem
from bi_bench.stages.base import weights
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import read_problems
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.prompting import Prompting
from bi_bench.training.room import check_room
from bi_bench.training.sampler import Decoding, sample, truncated
from bi_bench.training.seeding import seed_everything
from bi_bench.training.sft import Trained
from bi_bench.training.stopping import stopper
from bi_bench.training.text import decode, encode_prompts


class Setting(NamedTuple):
    """What a stage that lets a model answer works with."""

    numerics: Numerics
    benchmark: Benchmark
    checkpoint: Checkpoint
    problems: list[Problem]


def prepare(context: StageContext) -> Setting:
    """Seed this process, load the checkpoint and the problems among the parents."""
    numerics = Numerics.from_identity(context.identity["numerics"])
    seed_everything(context.seed)
    return Setting(
        numerics,
        context.plugin("benchmarks", "benchmark"),
        load_checkpoint(context.inputs["checkpoint"], numerics),
        read_problems(context.inputs["problems"]),
    )


def load_checkpoint(folder: Path, numerics: Numerics) -> Checkpoint:
    """The model of a stage folder ("base", "sft" or "rft")."""
    source, revision = weights(folder)
    return Checkpoint.load(source, numerics, revision)


def answer(
    context: StageContext,
    checkpoint: Checkpoint,
    benchmark: Benchmark,
    problems: Sequence[Problem],
    decoding: Decoding,
    group: int,
) -> list[dict[str, Any]]:
    """``group`` graded answers a problem, as rows in order; UserError for prompts that do not fit."""
    total = len(problems) * group
    prompting = Prompting.from_settings(context.identity["settings"])
    asked = prompting.render(checkpoint.tokenizer, [benchmark.ask(each) for each in problems])
    check_room(checkpoint, [problem.id for problem in problems], asked, decoding.max_new_tokens)
    end = int(checkpoint.tokenizer.eos_token_id)
    stop = stopper(checkpoint.tokenizer, prompting.stop)
    completions = sample(
        checkpoint.model,
        encode_prompts(checkpoint.tokenizer, asked),
        replace(decoding, stop=prompting.stop),
        end=end,
        stop=stop,
        group=group,
        seed=context.seed,
        batch=context.identity["settings"]["batch_size"],
        bf16=Numerics.from_identity(context.identity["numerics"]).bf16,
        on_batch=lambda done: context.progress(step=done, total=total),
    )
    texts = decode(checkpoint.tokenizer, completions)
    rows = []
    cut = truncated(completions, end, stop)
    for index, (text, ids, hit_limit) in enumerate(zip(texts, completions, cut, strict=True)):
        problem = problems[index // group]
        grade = benchmark.grade(problem, text)
        rows.append(
            {
                "problem": problem.id,
                "sample": index % group,
                "temperature": decoding.temperature,
                "completion": text,
                "tokens": len(ids),
                "truncated": hit_limit,
                "parsed": grade.parsed,
                "answer": grade.answer,
                "correct": grade.correct,
                "derivation": grade.derivation,
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
