"""The stage "rft": reinforcement fine-tuning of the SFT model, phase by phase."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bi_bench.api import Algorithm, Benchmark, Phase, Problem, UserError, derive_seed
from bi_bench.stages.answers import Setting, gpu_costs, prepare
from bi_bench.stages.context import StageContext
from bi_bench.stages.rewards import reward_function
from bi_bench.stages.tables import write_lines
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.command import train_command
from bi_bench.training.expert_iteration import train_expert_iteration
from bi_bench.training.grpo import train_grpo
from bi_bench.training.sampler import Decoding
from bi_bench.training.sft import Trained
from bi_bench.training.vllm_engine import VLLM

TRAINERS: dict[str, Callable[..., Trained]] = {
    "grpo": train_grpo,
    "expert-iteration": train_expert_iteration,
}


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint after the last phase and ``history.jsonl`` over all phases.

    Where the suite asks for more, ``checkpoints/STEP`` holds the model after that many steps of
    all phases together; the last step is the checkpoint itself.
    """
    setting = prepare(context)
    algorithm: Algorithm = context.plugin("algorithms", "algorithm")
    history: list[dict[str, Any]] = []
    tokens_trained = tokens_generated = 0
    phases = algorithm.phases()
    keep = _keeper(context, setting.checkpoint, sum(phase.steps for phase in phases))
    before = 0
    for number, phase in enumerate(phases):
        if phase.trainer not in (*TRAINERS, "command"):
            raise UserError(f'algorithm {algorithm.name}: no trainer is called "{phase.trainer}"')
        seed = derive_seed(context.seed, "phase", number)
        with tempfile.TemporaryDirectory() as scratch:
            trained = _train(context, setting, phase, seed, Path(scratch), partial(keep, before))
        before += phase.steps
        history += [{"phase": number, **row} for row in trained.log]
        tokens_trained += trained.tokens_trained
        tokens_generated += trained.tokens_generated
    setting.checkpoint.save(context.folder)
    write_lines(context.folder / "history.jsonl", history)
    costs = {"tokens_trained": tokens_trained, "tokens_generated": tokens_generated}
    return {**costs, **gpu_costs(setting.numerics)}


def _keeper(context: StageContext, checkpoint: Checkpoint, last: int) -> Callable[[int, int], None]:
    every = context.identity["settings"].get("checkpoints", 0)

    def keep(before: int, step: int) -> None:
        total = before + step
        if every and total % every == 0 and total < last:
            checkpoint.save(context.folder / "checkpoints" / str(total))

    return keep


def _train(
    context: StageContext,
    setting: Setting,
    phase: Phase,
    seed: int,
    scratch: Path,
    on_step: Callable[[int], None],
) -> Trained:
    numerics, benchmark, checkpoint, problems = setting
    if phase.trainer == "command":
        # It rolls out and rewards by itself, so it gets the problems and no reward function.
        rows = [_row(benchmark, problem) for problem in problems]
        return train_command(checkpoint, rows, phase, seed=seed, scratch=scratch)
    settings = context.identity["settings"]
    # The plan refuses vLLM for any other trainer.
    engine = {"vllm": VLLM(**context.unkeyed["vllm"])} if settings.get("engine") == "vllm" else {}
    # The coins of a random reward must not be the same in every process.
    coins = derive_seed(seed, "process", processes.rank()) if processes.rank() else seed
    return TRAINERS[phase.trainer](
        checkpoint,
        [benchmark.ask(problem) for problem in problems],
        reward_function(benchmark, problems, phase, coins),
        phase,
        Decoding(settings["max_new_tokens"], settings["temperature"]),
        numerics,
        seed=seed,
        batch=settings["batch_size"],
        micro_batch=settings["micro_batch_size"],
        scratch=scratch,
        progress=context.progress,
        on_step=on_step,
        **engine,
    )


def _row(benchmark: Benchmark, problem: Problem) -> dict[str, Any]:
    """A problem as an outside trainer reads it."""
    return {
        "id": problem.id,
        "prompt": benchmark.ask(problem),
        "answer": problem.answer,
        "question": problem.question,
        "cluster": problem.cluster,
        "metadata": dict(problem.metadata),
    }
