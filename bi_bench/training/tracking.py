"""Trackers (TensorBoard, Weights & Biases, Trackio) that cannot disturb training.

A tracker is a callback of transformers. Here it works offline unless the environment says otherwise,
an exception of its own is printed and ends it alone, and the random state is restored after each call.
"""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.integrations.integration_utils import INTEGRATION_TO_CALLBACK

PROJECT = "bi-bench"


@dataclass(frozen=True, slots=True)
class Tracking:
    """The services ``report_to`` (names in transformers), and the ``label`` a run has there."""

    report_to: tuple[str, ...]
    label: str


def trackers(tracking: Tracking, folder: Path, key: str) -> list[Guarded]:
    """Callbacks for one training, the stage ``key``; their files lie in ``folder``."""
    _go_offline(folder, key)
    run_name = f"{tracking.label} · {key[:12]}"
    return [Guarded(each, run_name) for each in tracking.report_to]


def _go_offline(folder: Path, key: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("WANDB_MODE", "offline")
    os.environ.setdefault("WANDB_SILENT", "true")
    os.environ.setdefault("WANDB_PROJECT", PROJECT)
    os.environ.setdefault("WANDB_DIR", str(folder))
    os.environ.setdefault("TRACKIO_DIR", str(folder / "trackio"))
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tensorboard" / key)


class Guarded(TrainerCallback):
    """A tracker by its name in transformers; after its first exception it is not called again."""

    def __init__(self, name: str, run_name: str) -> None:
        self.name, self.run_name = name, run_name
        self._tracker: TrainerCallback | None = None
        self._failed = False

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the tracker."""
        self._pass_on("on_train_begin", args, state, control, **kwargs)

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Hand over a copy of the numbers."""
        kwargs["logs"] = dict(kwargs.get("logs") or {})
        self._pass_on("on_log", args, state, control, **kwargs)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Let it write what is left."""
        self._pass_on("on_train_end", args, state, control, **kwargs)

    def _pass_on(
        self,
        event: str,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        if self._failed or not state.is_world_process_zero:
            return
        own = copy.copy(args)
        # At the end of training transformers would publish the run in a Space of the hub.
        own.run_name, own.project, own.trackio_static_space_id = self.run_name, PROJECT, False
        with _same_random_numbers():
            try:
                if self._tracker is None:
                    self._tracker = INTEGRATION_TO_CALLBACK[self.name]()
                tell = getattr(self._tracker, event)
                tell(own, copy.copy(state), copy.copy(control), **kwargs)
            except Exception as error:  # a tracker is no reason to lose a training
                self._failed = True
                print(
                    f"tracking: {self.name} failed ({event}: {type(error).__name__}: {error}); "
                    "training goes on without it",
                    flush=True,
                )


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
