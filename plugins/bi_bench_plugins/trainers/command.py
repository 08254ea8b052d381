"""The trainer of phases that an external program carries out."""

from __future__ import annotations

from bi_bench.api import ExternalCommand, Limits, Parameters, Room, Trainer, UserError


class CommandTrainer(Trainer[Parameters, ExternalCommand]):
    """Runs a program on a checkpoint and problems, and takes over the checkpoint that it leaves."""

    name = "command"

    def check(self, phase: ExternalCommand) -> None:
        """UserError without a program."""
        if not phase.argv:
            raise UserError("a phase that runs a command needs argv: the program and its arguments")

    def conflict(self, phase: ExternalCommand, limits: Limits) -> str:
        """The program draws rollouts by itself, with whatever engine."""
        return super().conflict(phase, Limits(limits.micro_batch, limits.processes))

    def train(self, room: Room, phase: ExternalCommand) -> None:
        """The program rolls out and rewards by itself: it gets problems and prompts."""
        from bi_bench.training.command import train_command
        from bi_bench.training.room import inner

        own = inner(room)
        rows = [
            {
                "id": problem.id,
                "prompt": prompt,
                "answer": problem.answer,
                "question": problem.question,
                "cluster": problem.cluster,
                "metadata": dict(problem.metadata),
            }
            for problem, prompt in zip(own.problems, own.prompts, strict=True)
        ]
        own.leave(train_command(own.job, rows, phase))
