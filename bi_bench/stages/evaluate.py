"""The stage "evaluate": greedy and sampled answers of a checkpoint to one split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bi_bench.api import Answered, Benchmark, Problem, Subject, UserError
from bi_bench.api.boundary import calling
from bi_bench.stages.answers import (
    answer,
    generated,
    gpu_costs,
    per_problem,
    prepare_asking,
    read_summary,
)
from bi_bench.stages.base import weights
from bi_bench.stages.context import StageContext
from bi_bench.store.tables import read_problems, write_json, write_rows
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.sampler import Decoding
from bi_bench.training.seeding import seed_everything


def run(context: StageContext) -> dict[str, Any]:
    """Write ``samples.parquet`` (every answer) and ``outcomes.json`` (what statistics need).

    ``outcomes.json`` carries the evaluation identity: contrasts between evaluations that differ
    in it are refused.
    """
    settings = context.identity["settings"]
    numerics = Numerics.from_identity(context.identity["numerics"])
    problems = read_problems(context.inputs["problems"])
    greedy = _by_itself(context, numerics, problems)
    sampled: list[dict[str, Any]] = []
    if greedy is None:
        greedy, sampled = _asked(context)
    rows = greedy + sampled
    write_rows(context.folder / "samples.parquet", rows)
    identity = {
        "problems": read_summary(context.inputs["problems"])["digest"],
        "benchmark": context.identity["benchmark"],
        "settings": dict(settings),
        "seed": context.seed,
    }
    outcomes = {
        "identity": identity,
        "problems": [problem.id for problem in problems],
        "clusters": [problem.cluster for problem in problems],
        "answers": [problem.answer for problem in problems],
        "ops": [problem.metadata.get("ops") for problem in problems],
        "greedy": [row["correct"] for row in greedy],
        "sampled": per_problem(sampled, settings["samples"], "correct") if sampled else [],
        "derivation": [row["derivation"] for row in greedy],
        "unrecognised": [row["unrecognised"] for row in greedy],
        "unparsed": sum(not row["parsed"] for row in rows) / len(rows),
        "contradictory": sum(row["contradictory"] for row in rows) / len(rows),
        "truncated": sum(row["truncated"] for row in rows) / len(rows),
        "tokens": generated(rows) / len(rows),
    }
    write_json(context.folder / "outcomes.json", outcomes)
    return {"tokens_generated": generated(rows), **gpu_costs(numerics)}


def _asked(context: StageContext) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Greedy and sampled answers to the benchmark's prompts, graded by it."""
    _, benchmark, checkpoint, problems = prepare_asking(context)
    settings = context.identity["settings"]
    length, group = settings["max_new_tokens"], settings["samples"]
    greedy = answer(context, checkpoint, benchmark, problems, Decoding(length, 0.0), 1)
    if not group:
        return greedy, []
    decoding = Decoding(length, settings["temperature"])
    return greedy, answer(context, checkpoint, benchmark, problems, decoding, group)


def _by_itself(
    context: StageContext, numerics: Numerics, problems: Sequence[Problem]
) -> list[dict[str, Any]] | None:
    """The greedy answers of a benchmark that runs the model by itself, None for any other."""
    benchmark = context.plugin(Benchmark, "benchmark")
    model, revision = weights(context.inputs["checkpoint"])
    batch = context.identity["settings"]["batch_size"]
    subject = Subject(str(model), revision, numerics.device, numerics.dtype, batch)
    seed_everything(context.seed)
    with calling(f"benchmark {benchmark.name}", benchmark.evaluate):
        answered = benchmark.evaluate(problems, subject)
    if answered is None:
        return None
    if len(answered) != len(problems):
        raise UserError(
            f"benchmark {benchmark.name} answered {len(answered)} of {len(problems)} problems"
        )
    return [_row(problem, each) for problem, each in zip(problems, answered, strict=True)]


def _row(problem: Problem, answered: Answered) -> dict[str, Any]:
    return {
        "problem": problem.id,
        "sample": 0,
        "temperature": 0.0,
        "completion": answered.completion,
        "tokens": answered.tokens,
        "truncated": answered.truncated,
        **asdict(answered.grade),
    }
