"""Builds the report of a suite: a pure function of its run record and the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bi_bench.api import UserError
from bi_bench.report.build.analyses import read_analyses
from bi_bench.report.build.arm_row import compared, plain_row, scored
from bi_bench.report.build.cpu import cpu_notes
from bi_bench.report.build.notes import report_notes
from bi_bench.report.build.pairs import Outcomes, Pair
from bi_bench.report.build.primary import primary_notes, primary_of, with_standings
from bi_bench.report.build.published import read_published
from bi_bench.report.build.random_reward import against_random, random_rewards
from bi_bench.report.build.report import Report
from bi_bench.report.build.row import Row
from bi_bench.report.build.sweeps import find_sweeps
from bi_bench.report.data.cells import Arm, Cell, read_cells, unfinished
from bi_bench.store import Store

RECORD_SCHEMA = 1


def build_report(record: Mapping[str, Any], store: Store) -> Report:
    """One row per benchmark, split, model, algorithm and strategy, over the seeds that finished.

    Cells that are not complete are listed in ``skipped``. Evaluations that must not be compared
    give a row without that comparison, and the reason. UserError for a record of another schema
    and for damaged results.
    """
    if record.get("schema") != RECORD_SCHEMA:
        raise UserError(
            f"the run record has schema {record.get('schema')}, this bi_bench reads "
            f"{RECORD_SCHEMA}; run the suite again"
        )
    suite = record["suite"]
    cells = read_cells(record, store)
    rows = [row for split in splits_of(cells) for row in _split_rows(split, record, cells, store)]
    _sort(rows, cells)
    primary = primary_of(suite, splits_of(cells))
    rows = with_standings(rows, primary)
    notes = [*report_notes(rows, suite), *primary_notes(rows, primary, suite["reference"])]
    notes += cpu_notes(cells, store)
    return Report(
        suite=suite["name"],
        description=suite.get("description", ""),
        reference=suite["reference"],
        command=record.get("command", ""),
        numerics=record.get("numerics", {}),
        versions=record.get("versions", {}),
        rows=tuple(rows),
        notes=tuple(notes),
        skipped=unfinished(cells),
        analyses=read_analyses(cells, store, suite.get("drawings", {})),
        sweeps=find_sweeps(suite),
        published=read_published(suite),
        figures=tuple(suite.get("figures", ())),
        machines=tuple(record.get("machines", ())),
    )


def _split_rows(
    split: str, record: Mapping[str, Any], cells: Sequence[Cell], store: Store
) -> list[Row]:
    suite, nulls = record["suite"], random_rewards(record)
    finished: dict[Arm, list[Cell]] = {cell.arm: [] for cell in cells}
    for cell in cells:
        if cell.done(f"pre/{split}", f"post/{split}") and not cell.damaged:
            finished[cell.arm].append(cell)
    arms = {
        arm: {cell.seed: read_pair(cell, split, store) for cell in of_arm}
        for arm, of_arm in finished.items()
        if of_arm
    }
    rows = []
    for arm, pairs in arms.items():
        planned = sum(cell.arm == arm for cell in cells)
        row = plain_row(split, suite["reference"], finished[arm], pairs, planned, store)
        row = scored(row, pairs)
        other = arm._replace(strategy=suite["reference"])
        if not (row.is_reference or row.refused):
            row = compared(row, pairs, arms.get(other, {}), planned=other in finished)
        rows.append(against_random(row, arm, arms, nulls))
    return rows


def _sort(rows: list[Row], cells: Sequence[Cell]) -> None:
    """Arms that are compared stand together, everything else in the order of the suite."""

    def places(axis: str) -> dict[str, int]:
        return {
            value: n for n, value in enumerate(dict.fromkeys(getattr(c.arm, axis) for c in cells))
        }

    benchmarks, models, algorithms = map(places, ("benchmark", "model", "algorithm"))
    splits = {split: n for n, split in enumerate(splits_of(cells))}
    rows.sort(
        key=lambda row: (
            benchmarks[row.benchmark],
            splits[row.split],
            models[row.model],
            algorithms[row.algorithm],
        )
    )


def read_pair(cell: Cell, split: str, store: Store) -> Pair:
    """The evaluations of a finished cell on a split."""
    pre, post = (
        Outcomes.read(store.folder(cell.keys[f"{when}/{split}"])) for when in ("pre", "post")
    )
    return Pair(pre, post)


def splits_of(cells: Iterable[Cell]) -> list[str]:
    """The splits that any of these cells evaluates, in order."""
    return list(
        dict.fromkeys(
            role.removeprefix("pre/")
            for cell in cells
            for role in cell.keys
            if role.startswith("pre/")
        )
    )
