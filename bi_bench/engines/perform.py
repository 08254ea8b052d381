"""One stage from its inputs to the commit; the same code in a worker and in ``bi-bench stage``.

The entry point is named as ``package.module:function`` and called as
``function(stage, inputs, folder, progress)``: the stage as JSON, the folder of each parent by
role, the folder to write to, and a callable that reports progress. It returns what it counted
as costs, or raises :class:`Declined`.
"""

from __future__ import annotations

import importlib
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from bi_bench.api.errors import Declined, PluginError, UserError
from bi_bench.api.identity import Json
from bi_bench.api.progress import Progress
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.stage_record import Failure, StageRecord
from bi_bench.engines.reporter import Reporter
from bi_bench.plan.stage import Stage
from bi_bench.store import Store, Work

StageFunction = Callable[[Mapping[str, Json], Mapping[str, Path], Path, Progress], Costs]


def perform(stage: Stage, store: Store, work: Work, entry: str) -> None:
    """Run the entry point on one stage and commit the result, done or declined.

    Raises:
        UserError: a parent is not in the store, or was declined.
    """
    inputs = {role: _parent(stage, role, store) for role in stage.parents}
    data = stage.to_json()
    progress = Reporter(work.folder)
    start = time.perf_counter()
    counted = Costs()
    reason = None
    try:
        counted = _load(entry)(data, inputs, work.folder, progress)
    except Declined as declined:
        reason = declined.reason
    progress.close()
    seconds = round(time.perf_counter() - start, 3)
    measured = {"wall_seconds": seconds, "peak_memory_mb": _peak_memory_mb()}
    status = "done" if reason is None else "declined"
    content = {name: data[name] for name in ("key", "kind", "label", "identity", "parents")}
    record = StageRecord.model_validate({**content, "status": status, "reason": reason})
    work.commit(record, counted.model_copy(update=measured))


def failure(error: BaseException, log: str = "") -> Failure:
    """An exception as a failure record; one that the user can correct carries no traceback.

    An error of a plugin carries one, for its author.
    """
    user = isinstance(error, UserError)
    traced = not user or isinstance(error, PluginError)
    return Failure(
        type=type(error).__name__,
        message=str(error),
        traceback="".join(traceback.format_exception(error)) if traced else "",
        user=user,
        log=log,
    )


def _parent(stage: Stage, role: str, store: Store) -> Path:
    key = stage.parents[role]
    if not store.has(key):
        raise UserError(
            f"{stage.label}: its parent {key} ({role}) is not in {store.stages}; run that first"
        )
    record = store.record(key)
    if record.status == "declined":
        raise UserError(f"{stage.label}: {record.label} was declined: {record.reason}")
    return store.folder(key)


def _load(entry: str) -> StageFunction:
    module, _, function = entry.partition(":")
    loaded: StageFunction = getattr(importlib.import_module(module), function)
    return loaded


def _peak_memory_mb() -> float:
    """The largest resident size of this process or of one that it started, in 10^6 bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(each).ru_maxrss for each in who) * unit / 1e6, 1)
