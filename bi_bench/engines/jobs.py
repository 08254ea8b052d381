"""The stages of a plan as engines get them, with what the store knows of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from bi_bench.api.engine import StageCall, StageJob
from bi_bench.api.events import Outcome, ProgressReport
from bi_bench.engines.reporter import read_progress
from bi_bench.engines.stored import ended, failed
from bi_bench.plan.stage import Stage
from bi_bench.store import Store

Command = Callable[[str], tuple[str, ...]]
"""The command line that runs the stage of a key."""


def jobs(
    stages: Iterable[Stage], store: Store, command: Command, entry: str, preload: tuple[str, ...]
) -> list[StageJob]:
    """One job for each stage, in the same order."""
    return [
        StageJob(
            key=stage.key,
            kind=stage.kind,
            label=stage.label,
            parents=stage.parents,
            command=command(stage.key),
            store=store.root,
            outcome=partial(_outcome, store, stage.key, store.failed_at(stage.key)),
            progress=partial(_progress, store, stage.key),
            call=StageCall(entry, stage.to_json(), preload),
            resources=stage.resources,
            estimate=stage.estimate,
            limit=stage.limit,
        )
        for stage in stages
    ]


def _outcome(store: Store, key: str, failed_before: int | None) -> Outcome | None:
    """A failure that was recorded before says nothing about this run."""
    if store.has(key):
        return ended(store, key)
    if store.failed_at(key) == failed_before or (failure := store.failure(key)) is None:
        return None
    return failed(failure)


def _progress(store: Store, key: str) -> ProgressReport | None:
    folders = store.stages.glob(f"{key}.tmp-*")
    return next(filter(None, map(read_progress, folders)), None)
