"""Publishing: a folder of results that anybody can read, check and make again from its record."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.report.content.curves import read_curves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import NoComparison, Refusal, Row
from bi_bench.report.content.rows import build_report, published_report
from bi_bench.report.data.record import FILE, open_record, pack, to_text
from bi_bench.report.data.results import Results
from bi_bench.report.write import write_files
from bi_bench.store.lock import Busy, exclusive
from bi_bench.store.replace_folder import new_folder

# What is made from a record, and so replaced; run.json and report.json came before record.json.
_OURS = ("report.md", "report.csv", "curves.png", "figures", FILE, "run.json", "report.json")
_LISTED = 5


def publish(results: Results, out: Path, *, partial: bool = False) -> Path:
    """Write ``out/SUITE/``: record.json and, from that alone, tables and figures; returns the folder.

    Other files in the folder stay. UserError where a contrast was refused, and unless ``partial``
    where a cell failed or has not run.
    """
    report = build_report(results)
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", report.suite):
        raise UserError(f'the suite is called "{report.suite}", which cannot name a folder')
    _check(report, partial)
    return _write(out / report.suite, to_text(pack(results)))


def publish_again(folder: Path) -> Path:
    """Write the tables and figures of a published folder anew from its record, which stays as it is."""
    file = folder / FILE
    if not file.is_file():
        raise UserError(f"{folder}: no {FILE} there; `bi-bench publish RUN` writes one")
    return _write(folder, file.read_text(encoding="utf-8"))


def published_folders(out: Path) -> list[Path]:
    """The folders of all published records below ``out``, by name."""
    return [file.parent for file in sorted(out.glob(f"*/{FILE}")) if file.parent.name[0] != "."]


def _check(report: Report, partial: bool) -> None:
    refused = [f"{row.name}: {why}" for row in report.rows if (why := _refused(row)) is not None]
    if refused:
        raise UserError(f"contrasts were refused, nothing is published: {_some(refused)}")
    missing = [item.line for item in report.missing]
    if missing and not partial:
        raise UserError(
            f"the run is not complete: {_some(missing)}. Run the suite again, or publish what "
            "exists with --partial; the files will say so"
        )
    if not report.rows:
        raise UserError("no cell is finished: nothing to publish")


def _refused(row: Row) -> Refusal | NoComparison | None:
    if row.refused is None and row.no_comparison is not None and row.no_comparison.refused:
        return row.no_comparison
    return row.refused


def _write(folder: Path, record: str) -> Path:
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(folder.parent / ".publish.lock"), new_folder(folder) as fresh:
            (fresh / FILE).write_text(record, encoding="utf-8")
            results = open_record(fresh)
            write_files(published_report(results), read_curves(results), fresh)
            for path in folder.iterdir() if folder.exists() else ():
                if path.name not in _OURS:
                    (shutil.copytree if path.is_dir() else shutil.copy2)(path, fresh / path.name)
    except Busy:
        raise UserError(f"{folder.parent}: another publish is in progress there") from None
    return folder


def _some(lines: list[str]) -> str:
    more = len(lines) - _LISTED
    return "; ".join([*lines[:_LISTED], *([f"and {more} more"] if more > 0 else [])])
