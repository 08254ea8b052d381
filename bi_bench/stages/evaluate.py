"""The stage "evaluate": greedy and sampled answers of a checkpoint to one split."""

from __future__ import annotations

from typing import Any

from bi_bench.stages.answers import (
    answer,
    generated,
    gpu_costs,
    per_problem,
    prepare,
    read_summary,
)
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import write_json, write_rows
from bi_bench.training.sampler import Decoding


def run(context: StageContext) -> dict[str, Any]:
    """Write ``samples.parquet`` (every answer) and ``outcomes.json`` (what statistics need).

    ``outcomes.json`` carries the evaluation identity: contrasts between evaluations that differ
    in it are refused.
    """
    numerics, benchmark, checkpoint, problems = prepare(context)
    settings = context.identity["settings"]
    length, group = settings["max_new_tokens"], settings["samples"]
    greedy = answer(context, checkpoint, benchmark, problems, Decoding(length, 0.0), 1)
    sampled: list[dict[str, Any]] = []
    if group:
        decoding = Decoding(length, settings["temperature"])
        sampled = answer(context, checkpoint, benchmark, problems, decoding, group)
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
        "sampled": per_problem(sampled, group, "correct") if group else [],
        "derivation": [row["derivation"] for row in greedy],
        "unparsed": sum(not row["parsed"] for row in rows) / len(rows),
        "truncated": sum(row["truncated"] for row in rows) / len(rows),
        "tokens": generated(rows) / len(rows),
    }
    write_json(context.folder / "outcomes.json", outcomes)
    return {"tokens_generated": generated(rows), **gpu_costs(numerics)}
