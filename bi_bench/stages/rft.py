"""The stage "rft": reinforcement fine-tuning of the SFT model, phase by phase."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bi_bench.api import Algorithm, Benchmark, Phase, Problem, UserError, derive_seed
from bi_bench.stages.answers import gpu_costs, prepare
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import write_lines
from bi_bench.training.grpo import train_grpo
from bi_bench.training.rollouts import RewardFunction
from bi_bench.training.sampler import Decoding

TRAINERS = {"grpo": train_grpo}


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint after the last phase and ``history.jsonl`` over all phases."""
    numerics, benchmark, checkpoint, problems = prepare(context)
    algorithm: Algorithm = context.plugin("algorithms", "algorithm")
    settings = context.identity["settings"]
    history: list[dict[str, Any]] = []
    tokens_trained = tokens_generated = 0
    for number, phase in enumerate(algorithm.phases()):
        if phase.trainer not in TRAINERS:
            raise UserError(f'algorithm {algorithm.name}: no trainer is called "{phase.trainer}"')
        with tempfile.TemporaryDirectory() as scratch:
            trained = TRAINERS[phase.trainer](
                checkpoint,
                [benchmark.ask(problem) for problem in problems],
                reward_function(benchmark, problems, phase),
                phase,
                Decoding(settings["max_new_tokens"], settings["temperature"]),
                numerics,
                seed=derive_seed(context.seed, "phase", number),
                batch=settings["batch_size"],
                micro_batch=settings["micro_batch_size"],
                scratch=Path(scratch),
                progress=context.progress,
            )
        history += [{"phase": number, **row} for row in trained.log]
        tokens_trained += trained.tokens_trained
        tokens_generated += trained.tokens_generated
    checkpoint.save(context.folder)
    write_lines(context.folder / "history.jsonl", history)
    costs = {"tokens_trained": tokens_trained, "tokens_generated": tokens_generated}
    return {**costs, **gpu_costs(numerics)}


def reward_function(
    benchmark: Benchmark, problems: Sequence[Problem], phase: Phase
) -> RewardFunction:
    """1 for a right answer, 0 otherwise; "derivation" also wants every needed step right."""

    def reward(indices: Sequence[int], completions: Sequence[str]) -> list[float]:
        grades = (
            benchmark.grade(problems[index], text)
            for index, text in zip(indices, completions, strict=True)
        )
        if phase.reward == "answer":
            return [float(grade.correct) for grade in grades]
        return [float(bool(grade.derivation)) for grade in grades]

    return reward
