"""Builds the report of a suite: a pure function of its results."""

from __future__ import annotations

from dataclasses import replace

from bi_bench.artifacts.role import post, pre
from bi_bench.report.content.analyses import read_analyses
from bi_bench.report.content.arm_row import compared, plain_row, scored
from bi_bench.report.content.cpu import cpu_notes
from bi_bench.report.content.decoders import read_decoders
from bi_bench.report.content.notes import report_notes
from bi_bench.report.content.primary import primary_notes, primary_of, with_standings
from bi_bench.report.content.published import read_published
from bi_bench.report.content.random_reward import against_random, random_rewards
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.content.sweeps import find_sweeps
from bi_bench.report.data.cells import Arm, Cell, unfinished
from bi_bench.report.data.results import Results


def build_report(results: Results) -> Report:
    """One row per benchmark, split, model, algorithm and strategy, over the seeds that finished.

    Cells that are not complete are listed in ``skipped``. Evaluations that must not be compared
    give a row without that comparison, and the reason. UserError for damaged results.
    """
    record, suite, cells = results.record, results.suite, results.cells
    rows = [row for split in results.splits for row in _split_rows(split, results)]
    _sort(rows, results)
    primary = primary_of(suite, results.splits)
    rows = with_standings(rows, primary)
    notes = [*report_notes(rows, suite), *primary_notes(rows, primary, suite.reference)]
    notes += cpu_notes(results)
    return Report(
        suite=suite.name,
        description=suite.description,
        reference=suite.reference,
        command=record.command,
        numerics=record.numerics,
        versions=record.versions,
        rows=tuple(rows),
        notes=tuple(notes),
        skipped=unfinished(cells),
        analyses=read_analyses(results),
        sweeps=find_sweeps(suite),
        published=read_published(suite),
        decoders=read_decoders(results),
        figures=suite.figures,
        machines=record.machines,
    )


def published_report(results: Results) -> Report:
    """The report of a published record; its description begins with the cells that are missing."""
    report = build_report(results)
    missing = sum(len(one.seeds) for one in report.missing)
    if not missing:
        return report
    part = f"PARTIAL: {missing} of {len(results.cells)} cells failed or have not run in full."
    return replace(report, description=f"{part} {report.description}".strip())


def _split_rows(split: str, results: Results) -> list[Row]:
    reference, nulls = results.suite.reference, random_rewards(results.suite)
    finished: dict[Arm, list[Cell]] = {cell.arm: [] for cell in results.cells}
    for cell in results.cells:
        if cell.done(pre(split), post(split)) and not cell.damaged:
            finished[cell.arm].append(cell)
    arms = {
        arm: {cell.seed: results.pair(cell, split) for cell in of_arm}
        for arm, of_arm in finished.items()
        if of_arm
    }
    rows = []
    for arm, pairs in arms.items():
        planned = sum(cell.arm == arm for cell in results.cells)
        row = scored(plain_row(split, finished[arm], pairs, planned, results), pairs)
        other = arm._replace(strategy=reference)
        if not (row.is_reference or row.refused):
            row = compared(row, pairs, arms.get(other, {}), planned=other in finished)
        rows.append(against_random(row, arm, arms, nulls))
    return rows


def _sort(rows: list[Row], results: Results) -> None:
    """Sort so that compared arms are neighbours, everything else in the order of the suite."""

    def places(axis: str) -> dict[str, int]:
        return {
            value: n
            for n, value in enumerate(dict.fromkeys(getattr(c.arm, axis) for c in results.cells))
        }

    benchmarks, models, algorithms = map(places, ("benchmark", "model", "algorithm"))
    splits = {split: n for n, split in enumerate(results.splits)}
    rows.sort(
        key=lambda row: (
            benchmarks[row.benchmark],
            splits[row.split],
            models[row.model],
            algorithms[row.algorithm],
        )
    )
