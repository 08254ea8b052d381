"""A training job: what every trainer is handed, and what it reports back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from transformers import TrainerCallback

from bi_bench.training.checkpoint import Checkpoint, Numerics


class Progress(Protocol):
    """Called after each step; ``numbers`` are those of its log that are shown."""

    def __call__(self, *, step: int, total: int, **numbers: float) -> None:
        """Called with the number of the step and of all steps."""


def silent(*, step: int, total: int, **numbers: float) -> None:
    """A :class:`Progress` that shows nothing."""


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """A model to train in place, and what its trainer works with.

    ``scratch`` is a folder for files that are not needed afterwards; ``trackers`` report to services
    (see :mod:`bi_bench.training.tracking`).
    """

    checkpoint: Checkpoint
    numerics: Numerics
    seed: int
    scratch: Path
    progress: Progress = silent
    trackers: Sequence[TrainerCallback] = ()


@dataclass(frozen=True, slots=True)
class Trained:
    """Result of a trainer: its log, one entry a logged step, and the tokens of its loss.

    ``trainable``: the number of adapter parameters; None where all weights were trained.
    """

    log: list[Mapping[str, float]]
    tokens_trained: int
    tokens_generated: int = 0
    trainable: int | None = None
