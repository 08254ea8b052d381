"""The core's side of a run: checks what an engine reports, and passes on what is true and new."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import get_args

from bi_bench.api.engine import Observe, StageJob
from bi_bench.api.errors import PluginError, did_you_mean
from bi_bench.api.events import Event, EventKind, Outcome, Status
from bi_bench.api.schedule import unrunnable
from bi_bench.artifacts.stage_record import Failure
from bi_bench.engines.limit import overdue
from bi_bench.store import Store

_SECONDS_OF_DOUBT = 1.0  # the clock of an engine may have started a little earlier


class Watch:
    """Stands between an engine and whoever observes its run.

    Every stage starts once before it progresses or ends, and ends once. What depends on a stage
    without a result ends right after it. The store decides whether a stage has a result.
    """

    def __init__(
        self, who: str, stages: Sequence[StageJob], store: Store, observe: Observe
    ) -> None:
        self._who = who
        self._stages = {stage.key: stage for stage in stages}
        self._store = store
        self._observe = observe
        self._begun: dict[str, float] = {}
        self._ended: dict[str, Outcome] = {}
        self._lock = threading.RLock()

    def __call__(self, event: Event) -> None:
        """What the engine reports; PluginError if that is no event of a stage that it was given."""
        stage = self._stage_of(event)
        with self._lock:
            if stage.key in self._ended or event.kind in ("blocked", "skipped"):
                return  # found out here, when the parent ends
            if event.kind == "started":
                self._begin(stage)
            elif event.kind == "progress":
                if report := event.report or stage.progress():
                    self._begin(stage)
                    self._observe(Event("progress", stage, self._seconds(event), report=report))
            elif event.kind == "retried":
                self._begin(stage)
                del self._begun[stage.key]
                self._observe(event)
            else:
                self._end(stage, Outcome(event.kind, event.seconds, event.message))

    @property
    def running(self) -> list[str]:
        """The labels of stages that have begun and not ended."""
        return [self._stages[key].label for key in self._begun if key not in self._ended]

    def finish(self, returned: Mapping[str, object]) -> dict[str, Outcome]:
        """The outcome of each stage; events follow for those of which the engine reported no end.

        PluginError if something is returned for a stage that is no outcome.
        """
        if strange := [key for key in returned if key not in self._stages]:
            raise PluginError(
                f"{self._who} returns an outcome for {strange[0]!r}, which is not the key of a stage that "
                "it was given"
            )
        outcomes: dict[str, Outcome] = {}
        for stage in self._stages.values():  # parents come before children
            outcome = unrunnable(stage, outcomes, self._stages)
            if outcome is None and stage.key in returned:
                claim = _checked(self._who, stage, returned[stage.key])
                told = self._ended.get(stage.key)
                outcome = told if told and told.status == claim.status else self._true(stage, claim)
            elif outcome is None:
                outcome = self._ended.get(stage.key) or self._forgotten(stage)
            outcomes[stage.key] = outcome
            if stage.key not in self._ended:
                self._close(stage, outcome)
        return outcomes

    def _begin(self, stage: StageJob) -> None:
        if stage.key not in self._begun:
            self._begun[stage.key] = time.monotonic()
            self._observe(Event("started", stage))

    def _end(self, stage: StageJob, claim: Outcome) -> None:
        self._close(stage, self._true(stage, claim))
        for other in self._stages.values():
            lost = unrunnable(other, self._ended, self._stages)
            if lost is not None and other.key not in self._ended:
                self._close(other, lost)

    def _close(self, stage: StageJob, outcome: Outcome) -> None:
        if outcome.status in ("finished", "failed", "declined"):
            self._begin(stage)
        self._ended[stage.key] = outcome
        self._observe(Event(outcome.status, stage, outcome.seconds, outcome.message))

    def _true(self, stage: StageJob, claim: Outcome) -> Outcome:
        """The outcome that an engine states, if the store agrees."""
        if self._store.has(stage.key):
            return claim if claim.status == "cached" else stage.outcome() or claim
        if claim.status == "failed":
            return self._recorded(stage, self._explained(stage, claim))
        if claim.status in ("finished", "cached", "declined"):
            told = (
                f"says that {stage.label} is {claim.status}, but it is not in {self._store.stages}"
            )
        else:
            told = f"says that {stage.label} is {claim.status}, but its parents have results"
        return self._recorded(stage, Outcome("failed", claim.seconds, f"{self._who} {told}"))

    def _explained(self, stage: StageJob, claim: Outcome) -> Outcome:
        """A failure with the reason that the engine gives, or that the store or the clock knows."""
        begun = self._begun.get(stage.key)
        if known := stage.outcome():
            message = claim.message or known.message
            return replace(claim, message=message, user=claim.user or known.user)
        ran = time.monotonic() - begun + _SECONDS_OF_DOUBT if begun else 0.0
        if stage.limit and ran > stage.limit:
            return replace(claim, message=overdue(stage.label, stage.limit), user=True)
        return replace(claim, message=claim.message or f"{self._who} gives no reason")

    def _forgotten(self, stage: StageJob) -> Outcome:
        known = stage.outcome()
        missing = Outcome("failed", message=f"{self._who} returns no outcome for {stage.label}")
        return known or self._recorded(stage, missing)

    def _recorded(self, stage: StageJob, outcome: Outcome) -> Outcome:
        """A failure that left no record gets one: reports read it there."""
        if stage.outcome() is None:
            failure = Failure(type="Engine", message=outcome.message, user=outcome.user)
            with suppress(OSError):  # the outcome says it anyway
                self._store.write_failure(stage.key, failure)
        return outcome

    def _seconds(self, event: Event) -> float:
        return event.seconds or time.monotonic() - self._begun[event.stage.key]

    def _stage_of(self, event: object) -> StageJob:
        if not isinstance(event, Event):
            raise PluginError(f"{self._who} reports {event!r}, which is no Event")
        if event.kind not in get_args(EventKind):
            hint = did_you_mean(str(event.kind), get_args(EventKind))
            raise PluginError(f"{self._who} reports an event of the kind {event.kind!r}{hint}")
        stage = self._stages.get(event.stage.key)
        if stage is None:
            raise PluginError(
                f"{self._who} reports an event of {event.stage.label}, which it was not given"
            )
        return stage


def _checked(who: str, stage: StageJob, outcome: object) -> Outcome:
    """What an engine returns for a stage; PluginError if that is no outcome."""
    if not isinstance(outcome, Outcome):
        raise PluginError(f"{who} returns {outcome!r} for {stage.label}, which is no Outcome")
    if outcome.status not in get_args(Status):
        hint = did_you_mean(str(outcome.status), get_args(Status))
        raise PluginError(
            f"{who} returns an outcome with the status {outcome.status!r} for {stage.label}{hint}"
        )
    return outcome
