"""The trainer of policy gradient phases: TRL's GRPOTrainer."""

from __future__ import annotations

from typing import ClassVar

from bi_bench.api import Limits, Parameters, PolicyGradient, Room, Trainer, UserError
from bi_bench.api.trainer import HOOKS, Hook


class PolicyGradientTrainer(Trainer[Parameters, PolicyGradient]):
    """TRL's GRPOTrainer, rollouts drawn by bi_bench's sampler or by vLLM, in one or more processes."""

    name = "grpo"
    uses: ClassVar[frozenset[Hook]] = frozenset(HOOKS)

    def check(self, phase: PolicyGradient) -> None:
        """UserError for settings that TRL would take in silence or refuse late."""
        from bi_bench.training.trl.settings import phase_settings

        phase_settings(phase)

    def conflict(self, phase: PolicyGradient, limits: Limits) -> str:
        """Batches that cannot be divided, and masks that would hide what a stop text ended."""
        from bi_bench.training.trl.settings import grpo_settings

        if limits.stop_texts and phase.config.get("mask_truncated_completions"):
            return (
                "masks truncated completions, and TRL takes for truncated what "
                "defaults.prompt.stop ended; leave one of them out (dapo: set overlong)"
            )
        if limits.processes > 1 and phase.config.get("resample_rounds"):
            return (
                "resamples groups over the whole batch, which one process has to see; set "
                "defaults.numerics.processes = 1"
            )
        try:
            grpo_settings(phase, limits.micro_batch, limits.processes)
        except UserError as error:
            return f"cannot divide its batches: {error}"
        return ""

    def train(self, room: Room, phase: PolicyGradient) -> None:
        """One rollout batch a step."""
        from bi_bench.training.room import inner
        from bi_bench.training.trl.grpo import train_grpo

        own = inner(room)
        own.leave(train_grpo(own.job, own.task(phase)))
