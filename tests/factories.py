"""Records and results as tests need them, made of plain values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.files import write_text
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.report.data.record import pack, to_text
from bi_bench.report.data.results import Results
from bi_bench.store import Store, Work

RUN = "quick-12ab"


def run_record(**parts: Any) -> RunRecord:
    """A run record; of a suite without cells where nothing else is said."""
    suite = {"name": "quick", "reference": "vanilla"}
    return RunRecord.parse({"schema": 1, "suite": suite, "cells": [], **parts})


def results(record: Mapping[str, Any] | RunRecord, store: Store, name: str = RUN) -> Results:
    """The results of a run whose record is plain JSON."""
    parsed = record if isinstance(record, RunRecord) else RunRecord.parse(record)
    return Results(parsed, store, name)


def commit(
    work: Work,
    stage: Mapping[str, Any],
    costs: Mapping[str, Any] | Costs = Costs(),  # noqa: B008 - it is frozen
    declined: str | None = None,
) -> None:
    """Commit a stage that is plain JSON: its kind, label, identity and parents."""
    status = "done" if declined is None else "declined"
    parts = {name: stage[name] for name in ("kind", "label", "identity", "parents")}
    told = {**parts, "key": work.key, "status": status, "reason": declined}
    made = costs if isinstance(costs, Costs) else Costs.model_validate(costs)
    work.commit(StageRecord.model_validate(told), made)


def write_record(
    file: Path, record: Mapping[str, Any] | RunRecord, store: Store, name: str
) -> None:
    """Write a published record without the tables and figures beside it."""
    write_text(file, to_text(pack(results(record, store, name))))
