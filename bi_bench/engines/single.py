"""Exactly one stage in this process: for a person, a batch system or another engine."""

from __future__ import annotations

from bi_bench.api.errors import UserError
from bi_bench.api.events import Outcome
from bi_bench.engines.perform import failure, perform
from bi_bench.engines.stored import ended, settled
from bi_bench.plan.stage import Stage
from bi_bench.store import Busy, Store


def run_stage_here(store: Store, stage: Stage, entry: str) -> Outcome:
    """Run one stage, whose parents are in the store, unless it is there already.

    An error of the stage is recorded in the store and raised again.

    Raises:
        UserError: a parent is missing, or another process is writing the stage.
    """
    try:
        with store.begin(stage.key) as work:
            if store.has(stage.key):
                return settled(store, stage.key)
            try:
                perform(stage, store, work, entry)
            except Exception as error:
                store.write_failure(stage.key, failure(error))
                raise
    except Busy as busy:
        raise UserError(f"{stage.label}: {busy}; wait for it, or stop it") from None
    return ended(store, stage.key)
