"""The stage "rft": reinforcement fine-tuning of the SFT model, phase by phase."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bi_bench.api import (
    Algorithm,
    Custom,
    Phase,
    RolloutPhase,
    Room,
    SupervisedUpdates,
    Trainer,
    derive_seed,
)
from bi_bench.api.boundary import calling
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import read_demonstrations
from bi_bench.artifacts.history import write_history
from bi_bench.artifacts.role import Parent
from bi_bench.stages import own_kind
from bi_bench.stages.answers import Setting, gpu_costs, load_checkpoint, prepare
from bi_bench.stages.budget import MOST, Budget
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.stages.rewards import grading, phase_rewards
from bi_bench.stages.sft import demonstrations, tracked_by
from bi_bench.training import processes
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.generation.vllm_engine import VLLM
from bi_bench.training.identity import parse
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.room import TrainingRoom
from bi_bench.training.trl.sft import Demonstrations
from bi_bench.training.trl.task import OnStep, RFTSettings


def run(context: StageContext) -> Costs:
    """Write the checkpoint after the last phase and ``history.jsonl`` over all phases.

    With the RFT of a reference arm among the parents, the stage ends after the step with which it
    has spent as much as that did.

    Where the suite asks for more, ``checkpoints/STEP`` holds the model after that many steps of
    all phases together; the last step is the checkpoint itself.
    """
    if "model" in context.identity:
        return own_kind.reinforce(context)
    match = context.identity.get("match")
    budget = Budget(match, context.inputs[Parent.REFERENCE]) if match else None
    setting, settings = prepare(context), parse(RFTSettings, context.identity["settings"])
    algorithm = context.plugin(Algorithm, "algorithm")
    history: list[dict[str, Any]] = []
    tokens_trained = tokens_generated = before = steps = 0
    adapters: int | None = None
    phases = list(algorithm.phases())
    if budget:
        phases = [replace(phase, steps=MOST * phase.steps) for phase in phases]
    last = sum(phase.steps for phase in phases)
    keep = _keeper(context.folder, setting.checkpoint, settings.checkpoints, last)

    def on_step(step: int, generated: int) -> bool:
        keep(before + step)
        return budget is not None and budget.enough(generated)

    stage = _Stage(context, setting, settings, algorithm, on_step)
    for number, phase in enumerate(phases):
        following = phases[number + 1] if number + 1 < len(phases) else None
        trained, done = stage.carry_out(number, phase, following)
        steps = before + done if done else steps
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


class _Stage:
    """What the phases of a stage share."""

    def __init__(
        self,
        context: StageContext,
        setting: Setting,
        settings: RFTSettings,
        algorithm: Algorithm,
        on_step: OnStep,
    ) -> None:
        self.context, self.setting, self.settings = context, setting, settings
        self.algorithm, self.on_step = algorithm, on_step
        self.right: Sequence[tuple[int, str]] = ()  # rollouts of the phase before
        questions = [asked(setting.benchmark, each) for each in setting.problems]
        self.prompts = settings.prompt.render(setting.checkpoint.tokenizer, questions)
        solved = context.inputs.get(Parent.DEMONSTRATIONS)
        rows = read_demonstrations(solved) if solved else []
        self.solutions = {row.problem: row.completion for row in reversed(rows)}

    def carry_out(self, number: int, phase: Phase, following: Phase | None) -> tuple[Trained, int]:
        """What a phase has done, and how many steps of it where they are known."""
        context, setting = self.context, self.setting
        self._start(phase)
        seed = derive_seed(context.seed, "phase", number)
        # The coins of a random reward must not be the same in every process.
        coins = derive_seed(seed, "process", processes.rank()) if processes.rank() else seed
        own = phase.config if isinstance(phase, Custom) else {}
        trainer = context.part(Trainer, phase.trainer, own)
        with tempfile.TemporaryDirectory() as scratch:
            room = TrainingRoom(
                TrainingJob(
                    checkpoint=setting.checkpoint,
                    numerics=setting.numerics,
                    seed=seed,
                    scratch=Path(scratch),
                    progress=context.progress,
                    trackers=tracked_by(context),
                ),
                self.settings,
                phase,
                self.algorithm,
                setting.problems,
                self.prompts,
                grading(setting.benchmark, setting.problems, self.solutions, seed),
                phase_rewards(context, phase, coins) if isinstance(phase, RolloutPhase) else [],
                self.on_step,
                # The plan refuses vLLM for a trainer that cannot use it.
                parse(VLLM, context.unkeyed["vllm"]) if self.settings.engine == "vllm" else None,
                self._arm,
                self.right,
            )
            room.collects = isinstance(following, SupervisedUpdates) and (
                following.data == "rollouts"
            )
            trained = _train(trainer, room, phase)
        self.right = room.right
        return trained, room.steps

    def _start(self, phase: Phase) -> None:
        """The weights that the phase says, in place."""
        roles = {"sft": Parent.CHECKPOINT, "base": Parent.BASE}
        if role := roles.get(phase.start):
            loaded = load_checkpoint(self.context.inputs[role], self.setting.numerics)
            self.setting.checkpoint.model.load_state_dict(loaded.model.state_dict())

    def _arm(self) -> Demonstrations:
        shown = read_demonstrations(self.context.inputs[Parent.AUGMENT])
        return demonstrations(self.setting.checkpoint, self.settings.prompt, shown)


def _train(trainer: Trainer[Any, Any], room: TrainingRoom, phase: Phase) -> Trained:
    public: Room = room
    with calling(f'trainer "{trainer.name}"', trainer.train):
        trainer.train(public, phase)
    return room.close()
