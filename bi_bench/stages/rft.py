"""The stage "rft": reinforcement fine-tuning of the SFT model, phase by phase."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bi_bench.api import Algorithm, Phase, Problem, UserError, derive_seed
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import read_demonstrations
from bi_bench.artifacts.history import write_history
from bi_bench.artifacts.role import Parent
from bi_bench.stages.answers import Setting, gpu_costs, prepare
from bi_bench.stages.budget import MOST, Budget
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.stages.rewards import reward_function
from bi_bench.stages.sft import demonstrations, tracked_by
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.command import train_command
from bi_bench.training.context_length import check_context_length
from bi_bench.training.generation.vllm_engine import VLLM
from bi_bench.training.identity import parse
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.trl.expert_iteration import train_expert_iteration
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.sft import train_sft
from bi_bench.training.trl.task import OnStep, RFTSettings, RLTask

TRAINERS: Mapping[str, Callable[[TrainingJob, RLTask], Trained]] = {
    "grpo": train_grpo,
    "expert-iteration": train_expert_iteration,
}


def run(context: StageContext) -> Costs:
    """Write the checkpoint after the last phase and ``history.jsonl`` over all phases.

    With the RFT of a reference arm among the parents, the stage ends after the step with which it
    has spent as much as that did.

    Where the suite asks for more, ``checkpoints/STEP`` holds the model after that many steps of
    all phases together; the last step is the checkpoint itself.
    """
    match = context.identity.get("match")
    budget = Budget(match, context.inputs[Parent.REFERENCE]) if match else None
    setting, settings = prepare(context), parse(RFTSettings, context.identity["settings"])
    algorithm = context.plugin(Algorithm, "algorithm")
    history: list[dict[str, Any]] = []
    tokens_trained = tokens_generated = before = steps = 0
    adapters: int | None = None
    phases = algorithm.phases()
    if budget:
        phases = [replace(phase, steps=MOST * phase.steps) for phase in phases]
    last = sum(phase.steps for phase in phases)
    keep = _keeper(context.folder, setting.checkpoint, settings.checkpoints, last)

    def on_step(step: int, generated: int) -> bool:
        nonlocal steps
        steps = before + step
        keep(steps)
        return budget is not None and budget.enough(generated)

    for number, phase in enumerate(phases):
        if phase.trainer not in (*TRAINERS, "sft", "command"):
            raise UserError(f'algorithm {algorithm.name}: unknown trainer "{phase.trainer}"')
        seed = derive_seed(context.seed, "phase", number)
        with tempfile.TemporaryDirectory() as scratch:
            job = TrainingJob(
                checkpoint=setting.checkpoint,
                numerics=setting.numerics,
                seed=seed,
                scratch=Path(scratch),
                progress=context.progress,
                trackers=tracked_by(context),
            )
            trained = _train(context, setting, settings, phase, job, on_step)
        if phase.trainer == "sft":
            steps = before + phase.steps
        before += phase.steps
        history += [{"phase": number, **row} for row in trained.log]
        tokens_trained += trained.tokens_trained
        tokens_generated += trained.tokens_generated
        adapters = trained.trainable if trained.trainable is not None else adapters
    setting.checkpoint.save(context.folder)
    write_history(context.folder, history)
    return Costs(
        tokens_trained=tokens_trained,
        tokens_generated=tokens_generated,
        steps=steps or None,  # an outside trainer reports none
        budget_share=budget.share if budget else None,
        trainable_parameters=adapters,
        **gpu_costs(setting.numerics),
    )


def _keeper(folder: Path, checkpoint: Checkpoint, every: int, last: int) -> Callable[[int], None]:
    def keep(total: int) -> None:
        if every and total % every == 0 and total < last:
            checkpoint.save(folder / "checkpoints" / str(total))

    return keep


def _train(
    context: StageContext,
    setting: Setting,
    settings: RFTSettings,
    phase: Phase,
    job: TrainingJob,
    on_step: OnStep,
) -> Trained:
    _, benchmark, checkpoint, problems = setting
    prompting, seed = settings.prompt, job.seed
    prompts = prompting.render(checkpoint.tokenizer, [asked(benchmark, each) for each in problems])
    if phase.trainer == "command":
        # It rolls out and rewards by itself, so it gets the problems and no reward function.
        rows = [_row(problem, prompt) for problem, prompt in zip(problems, prompts, strict=True)]
        return train_command(job, rows, phase)
    if phase.trainer == "sft":
        if settings.sft is None:
            raise UserError('the trainer "sft" needs settings "sft" in the stage')
        shown = read_demonstrations(context.inputs[Parent.AUGMENT])
        changed = settings.sft.changed(phase.config)
        return train_sft(job, demonstrations(checkpoint, prompting, shown), changed, phase.steps)
    check_context_length(checkpoint, [p.id for p in problems], prompts, settings.max_new_tokens)
    # The coins of a random reward must not be the same in every process.
    coins = derive_seed(seed, "process", processes.rank()) if processes.rank() else seed
    task = RLTask(
        phase=phase,
        prompts=prompts,
        reward=reward_function(benchmark, problems, phase, coins),
        decoding=settings.sampled,
        batch=settings.batch_size,
        micro_batch=settings.micro_batch_size,
        on_step=on_step,
        gradient_checkpointing=settings.gradient_checkpointing,
        lora=settings.lora,
        # The plan refuses vLLM for any trainer but "grpo".
        vllm=parse(VLLM, context.unkeyed["vllm"]) if settings.engine == "vllm" else None,
    )
    return TRAINERS[phase.trainer](job, task)


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
