"""Events of stages as they happen, and the outcome of each stage at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bi_bench.api.identity import StageKind

Status = Literal["finished", "cached", "declined", "failed", "blocked", "skipped"]
EventKind = Literal[
    "started",
    "progress",
    "finished",
    "cached",
    "declined",
    "failed",
    "blocked",
    "skipped",
    "retried",
]


class NamedStage(Protocol):
    """A stage as events show it: its key, its kind, and the label that people read."""

    @property
    def key(self) -> str:
        """The content key."""

    @property
    def kind(self) -> StageKind:
        """Such as "sft"."""

    @property
    def label(self) -> str:
        """Such as "sft vanilla"."""


@dataclass(frozen=True)
class ProgressReport:
    """The progress of a stage: its step, of how many (None: not known), and numbers to show."""

    step: int | None = None
    total: int | None = None
    numbers: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """Something happened to a stage, ``seconds`` after it started.

    "progress" carries what the stage reported, whatever is no success a ``message``. A stage that is
    "retried" starts once more.
    """

    kind: EventKind
    stage: NamedStage
    seconds: float = 0.0
    message: str = ""
    report: ProgressReport | None = None


@dataclass(frozen=True)
class Outcome:
    """The end of a stage.

    "finished" and "cached" stages are in the store; a "declined" one is too, with its reason.
    "failed" ones are not; "blocked" ones wait for a failed stage, "skipped" ones depend on a
    declined stage. ``message`` gives the reason. ``user`` marks a failure that the user can correct.
    """

    status: Status
    seconds: float = 0.0
    message: str = ""
    user: bool = False
