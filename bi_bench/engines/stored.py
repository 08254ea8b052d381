"""The outcome of a stage as the store has it: from its record, or from the record of its failure."""

from __future__ import annotations

from bi_bench.api.events import Outcome
from bi_bench.artifacts.stage_record import Failure
from bi_bench.store import Store


def settled(store: Store, key: str) -> Outcome:
    """The outcome of a stage that was in the store already."""
    record = store.record(key)
    if record.status == "declined":
        return Outcome("declined", message=record.reason or "")
    return Outcome("cached")


def ended(store: Store, key: str, seconds: float = 0.0) -> Outcome:
    """The outcome of a stage that has just been stored; ``seconds`` where it did not measure itself."""
    seconds = store.costs(key).wall_seconds or seconds
    record = store.record(key)
    if record.status == "declined":
        return Outcome("declined", seconds, record.reason or "")
    return Outcome("finished", seconds)


def failed(failure: Failure, seconds: float = 0.0) -> Outcome:
    """The outcome that a failure record describes."""
    message = failure.message if failure.user else f"{failure.type}: {failure.message}"
    return Outcome("failed", seconds, message, failure.user)
