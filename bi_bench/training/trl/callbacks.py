"""Defaults, log and progress that all TRL trainers share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_callback import ProgressCallback as BarCallback

from bi_bench.api import UserError
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.job import Progress

# What is logged of every update; not finite, it leaves no weight that is.
_DIVERGED = ("loss", "grad_norm")


def trainer_defaults(scratch: Path, numerics: Numerics) -> dict[str, Any]:
    """Arguments for reproducible, quiet, offline training; bfloat16 only where it was asked for."""
    return {
        "output_dir": str(scratch),
        "use_cpu": numerics.device == "cpu",
        "bf16": numerics.bf16,
        "report_to": [],
        "save_strategy": "no",
        "logging_steps": 1,
        # The trainer would write the mean of the steps before in place of what is not finite.
        "logging_nan_inf_filter": False,
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
    }


@dataclass
class Log:
    """The numbers that a trainer logged, one mapping a step."""

    rows: list[Mapping[str, float]] = field(default_factory=list)


class ProgressCallback(TrainerCallback):
    """Keeps the log and passes the step and some of its numbers on."""

    def __init__(self, log: Log, progress: Progress, shown: Sequence[str]) -> None:
        self.log, self.progress, self.shown = log, progress, shown

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Called by the trainer after every step; UserError if it has diverged."""
        if not logs or "train_runtime" in logs:
            return
        numbers = {key: value for key, value in logs.items() if isinstance(value, int | float)}
        for name in _DIVERGED:
            if not math.isfinite(value := numbers.get(name, 0.0)):
                raise UserError(
                    f"training diverged: {name} is {value} at step {state.global_step} of "
                    f"{state.max_steps}; lower the learning rate"
                )
        self.log.rows.append({"step": state.global_step, **numbers})
        shown = {key: numbers[key] for key in self.shown if key in numbers}
        self.progress(step=state.global_step, total=state.max_steps, **shown)


class StepCallback(TrainerCallback):
    """Calls a function with each finished rollout batch, that is every ``updates`` optimizer updates.

    Training ends after the step for which it returns True.
    """

    def __init__(self, on_step: Callable[[int], bool], updates: int = 1) -> None:
        self.on_step, self.updates = on_step, updates

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Called by the trainer after every optimiser step."""
        step, rest = divmod(state.global_step, self.updates)
        if not rest and self.on_step(step):
            control.should_training_stop = True


def silence(trainer: Trainer) -> None:
    """Take away the callbacks that print; progress goes through the stage instead."""
    for callback in (PrinterCallback, BarCallback):
        trainer.remove_callback(callback)
