"""The stage "rft": reinforcement fine-tuning of the SFT model, phase by phase."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bi_bench.api import Algorithm, Phase, Problem, UserError, derive_seed
from bi_bench.stages.answers import Setting, gpu_costs, prepare, trainable_costs
from bi_bench.stages.budget import MOST, Budget
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.stages.rewards import reward_function
from bi_bench.stages.sft import sft_settings
from bi_bench.store.tables import read_rows, write_lines
from bi_bench.training import processes
from bi_bench.training.callbacks import OnStep
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.command import train_command
from bi_bench.training.expert_iteration import train_expert_iteration
from bi_bench.training.grpo import train_grpo
from bi_bench.training.lora import LoRA
from bi_bench.training.prompting import Prompting
from bi_bench.training.room import check_room
from bi_bench.training.sampler import Decoding
from bi_bench.training.sft import Trained, train_sft
from bi_bench.training.tracking import tracked
from bi_bench.training.vllm_engine import VLLM

TRAINERS: dict[str, Callable[..., Trained]] = {
    "grpo": train_grpo,
    "expert-iteration": train_expert_iteration,
}


def run(context: StageContext) -> dict[str, Any]:
    """Write the checkpoint after the last phase and ``history.jsonl`` over all phases.

    With the RFT of a reference arm among the parents, the stage ends after the step with which it
    has spent as much as that did.

    Where the suite asks for more, ``checkpoints/STEP`` holds the model after that many steps of
    all phases together; the last step is the checkpoint itself.
    """
    match = context.identity.get("match")
    budget = Budget(match, context.inputs["reference"]) if match else None
    setting = prepare(context)
    algorithm = context.plugin(Algorithm, "algorithm")
    history: list[dict[str, Any]] = []
    tokens_trained = tokens_generated = before = steps = 0
    adapted: dict[str, Any] = {}
    phases = algorithm.phases()
    if budget:
        phases = [replace(phase, steps=MOST * phase.steps) for phase in phases]
    keep = _keeper(context, setting.checkpoint, sum(phase.steps for phase in phases))

    def on_step(step: int, generated: int) -> bool:
        nonlocal steps
        steps = before + step
        keep(steps)
        return budget is not None and budget.enough(generated)

    for number, phase in enumerate(phases):
        if phase.trainer not in (*TRAINERS, "sft", "command"):
            raise UserError(f'algorithm {algorithm.name}: no trainer is called "{phase.trainer}"')
        seed = derive_seed(context.seed, "phase", number)
        tracking = tracked(context.unkeyed.get("tracking"), context.folder)
        with tempfile.TemporaryDirectory() as scratch, tracking:
            trained = _train(context, setting, phase, seed, Path(scratch), on_step)
        if phase.trainer == "sft":
            steps = before + phase.steps
        before += phase.steps
        history += [{"phase": number, **row} for row in trained.log]
        tokens_trained += trained.tokens_trained
        tokens_generated += trained.tokens_generated
        adapted |= trainable_costs(trained)
    setting.checkpoint.save(context.folder)
    write_lines(context.folder / "history.jsonl", history)
    costs: dict[str, Any] = {"tokens_trained": tokens_trained, "tokens_generated": tokens_generated}
    if steps:  # an outside trainer tells of none
        costs["steps"] = steps
    if budget:
        costs["budget_share"] = budget.share
    return {**costs, **adapted, **gpu_costs(setting.numerics)}


def _keeper(context: StageContext, checkpoint: Checkpoint, last: int) -> Callable[[int], None]:
    every = context.identity["settings"].get("checkpoints", 0)

    def keep(total: int) -> None:
        if every and total % every == 0 and total < last:
            checkpoint.save(context.folder / "checkpoints" / str(total))

    return keep


def _train(
    context: StageContext,
    setting: Setting,
    phase: Phase,
    seed: int,
    scratch: Path,
    on_step: OnStep,
) -> Trained:
    numerics, benchmark, checkpoint, problems = setting
    settings = context.identity["settings"]
    prompting = Prompting.from_settings(settings)
    prompts = prompting.render(checkpoint.tokenizer, [asked(benchmark, each) for each in problems])
    if phase.trainer == "command":
        # It rolls out and rewards by itself, so it gets the problems and no reward function.
        rows = [_row(problem, prompt) for problem, prompt in zip(problems, prompts, strict=True)]
        return train_command(checkpoint, rows, phase, seed=seed, scratch=scratch)
    if phase.trainer == "sft":
        shown = read_rows(context.inputs["augment"] / "examples.parquet")
        return train_sft(
            checkpoint,
            prompting.render(checkpoint.tokenizer, [row["prompt"] for row in shown]),
            [row["completion"] for row in shown],
            sft_settings(settings["sft"], **phase.config),
            numerics,
            seed=seed,
            scratch=scratch,
            progress=context.progress,
            names=[row["id"] for row in shown],
            updates=phase.steps,
        )
    check_room(checkpoint, [p.id for p in problems], prompts, settings["max_new_tokens"])
    # The plan refuses vLLM for any other trainer.
    engine = {"vllm": VLLM(**context.unkeyed["vllm"])} if settings.get("engine") == "vllm" else {}
    # The coins of a random reward must not be the same in every process.
    coins = derive_seed(seed, "process", processes.rank()) if processes.rank() else seed
    return TRAINERS[phase.trainer](
        checkpoint,
        prompts,
        reward_function(benchmark, problems, phase, coins),
        phase,
        Decoding(settings["max_new_tokens"], settings["temperature"], prompting.stop),
        numerics,
        seed=seed,
        batch=settings["batch_size"],
        micro_batch=settings["micro_batch_size"],
        scratch=scratch,
        progress=context.progress,
        on_step=on_step,
        gradient_checkpointing=settings.get("gradient_checkpointing", False),
        lora=LoRA.from_settings(settings.get("lora")),
        **engine,
    )


def _row(problem: Problem, prompt: str) -> dict[str, Any]:
    """A problem as an outside trainer reads it."""
    return {
        "id": problem.id,
        "prompt": prompt,
        "answer": problem.answer,
        "question": problem.question,
        "cluster": problem.cluster,
        "metadata": dict(problem.metadata),
    }
