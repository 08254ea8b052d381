"""What an engine tells while it runs, and what it says at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bi_bench.plan.stage import Stage

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


@dataclass(frozen=True)
class Event:
    """Something happened to a stage, ``seconds`` after it started.

    ``data`` of "progress" is what the stage reported (``step``, ``total``, numbers), of
    "finished" its costs; the others that are no success carry a ``message``. A stage that is
    "retried" starts once more.
    """

    kind: EventKind
    stage: Stage
    seconds: float = 0.0
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a stage ended.

    "finished" and "cached" stages are in the store; a "declined" one is too, with its reason.
    "failed" ones are not; "blocked" ones wait for a failed stage, "skipped" ones depend on a
    declined stage. ``message`` says why. ``user`` marks a failure that the user can mend.
    """

    status: Status
    seconds: float = 0.0
    message: str = ""
    user: bool = False
