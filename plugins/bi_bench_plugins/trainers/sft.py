"""The trainer of supervised phases: TRL's SFTTrainer."""

from __future__ import annotations

from bi_bench.api import Limits, Parameters, Room, SupervisedUpdates, Trainer, UserError


class SupervisedTrainer(Trainer[Parameters, SupervisedUpdates]):
    """TRL's SFTTrainer on the arm's demonstrations or on right rollouts, as ``defaults.sft`` says."""

    name = "sft"

    def check(self, phase: SupervisedUpdates) -> None:
        """UserError for data that do not exist."""
        if phase.data not in ("demonstrations", "rollouts"):
            raise UserError(f'data is "demonstrations" or "rollouts", not {phase.data!r}')

    def conflict(self, phase: SupervisedUpdates, limits: Limits) -> str:
        """Rollouts of a phase are where they were drawn: in one of several processes."""
        if phase.data == "rollouts" and limits.processes > 1:
            return "learns from rollouts in one process; set defaults.numerics.processes = 1"
        return ""

    def train(self, room: Room, phase: SupervisedUpdates) -> None:
        """``steps`` updates."""
        from bi_bench.training.room import inner
        from bi_bench.training.trl.sft import train_sft

        own = inner(room)
        if shown := own.shown(phase.data):
            settings = own.sft_settings(phase.learning_rate)
            own.leave(train_sft(own.job, shown, settings, phase.steps), phase.steps)
