"""The trainer of expert iteration: sampling, filtering, fine-tuning in turn."""

from __future__ import annotations

from typing import ClassVar

from bi_bench.api import ExpertIteration, Limits, Parameters, Room, Trainer, UserError
from bi_bench.api.trainer import Hook


class ExpertIterationTrainer(Trainer[Parameters, ExpertIteration]):
    """Samples, keeps right completions and fine-tunes on them with TRL's SFTTrainer, round by round."""

    name = "expert-iteration"
    uses: ClassVar[frozenset[Hook]] = frozenset({"choose", "between"})

    def check(self, phase: ExpertIteration) -> None:
        """UserError for counts below 1."""
        for key in ("keep", "batch_size"):
            value = getattr(phase, key)
            if type(value) is not int or value < 1:
                raise UserError(f"{key} must be an integer of at least 1, not {value!r}")

    def conflict(self, phase: ExpertIteration, limits: Limits) -> str:
        """Besides the usual, batches that cannot be divided into micro batches."""
        micro = min(limits.micro_batch, phase.batch_size)
        if phase.batch_size % micro:
            return f"has batch_size = {phase.batch_size}, not a multiple of the micro batch {micro}"
        return super().conflict(phase, limits)

    def train(self, room: Room, phase: ExpertIteration) -> None:
        """One round a step."""
        from bi_bench.training.room import inner
        from bi_bench.training.trl.expert_iteration import train_expert_iteration

        own = inner(room)
        own.leave(train_expert_iteration(own.job, own.task(phase)))
