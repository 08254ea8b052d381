"""Writes the report into the folder of its run, and finds it there again while it still holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bi_bench import __version__
from bi_bench.artifacts.files import write_text
from bi_bench.artifacts.sealed import read_sealed, write_sealed
from bi_bench.report.data.results import Results
from bi_bench.store.digests import digest_file

if TYPE_CHECKING:
    from bi_bench.report.content.curves import ArmCurves
    from bi_bench.report.content.report import Report
    from bi_bench.report.figures.draw import Picture

# Raise it when reports of the same results come out different.
REPORT_SCHEMA = 5

_FILES = ("report.md", "report.csv", "curves.png")
_INDEX = "report.json"
_FIGURE = re.compile(r"figures/[A-Za-z0-9_-]+\.png")
# The keys of an older index, without digests.
_OLD = {"schema", "fingerprint", "figures", "text", "suite", "description", "reference", "command"}
_OLD |= {"numerics", "versions", "rows", "notes", "skipped", "published", "sweeps", "analyses"}
_PARTS = ("suite", "numerics", "command", "versions", "machines", "cells")


class Written(NamedTuple):
    """A report: its text for a terminal, the content of report.json, why it could not be written."""

    text: str
    content: Mapping[str, Any]
    problem: str


def write_report(results: Results) -> Written:
    """Write the report and its figures into the folder of the run.

    The files are report.md, report.csv, curves.png, figures/*.png and report.json, which lists the
    figures and is written last. Figures that an older report had and this one has not are removed.
    Where nothing can be written (an archive, a full disk) the report is returned all the same.
    """
    from bi_bench.report.content.curves import read_curves
    from bi_bench.report.content.rows import build_report
    from bi_bench.report.tables.export import to_json
    from bi_bench.report.tables.render import render

    # Taken first: a stage that appears meanwhile makes this report old.
    mark = fingerprint(results)
    report = build_report(results)
    text = render(report, "terminal")
    folder = results.store.run_folder(results.name)
    curves = read_curves(results)
    content = {"schema": REPORT_SCHEMA, "fingerprint": mark, **to_json(report)}
    content |= {"figures": [], "text": text}
    try:
        old = _figures(_read_index(folder))
        # Until the new one is written no report holds: the old one does not go with new figures.
        (folder / _INDEX).unlink(missing_ok=True)
        pictures = write_files(report, curves, folder)
        for file in set(old) - {picture.file for picture in pictures}:
            (folder / file).unlink(missing_ok=True)
        content["figures"] = [asdict(picture) for picture in pictures]
        names = [*_FILES, *(picture.file for picture in pictures)]
        content["files"] = {name: digest_file(folder / name) for name in names}
        # Last, since it vouches for the others.
        write_sealed(folder / _INDEX, content)
    except OSError as error:
        problem = f"{folder}: the report is not written there: {error.strerror or error}"
        return Written(text, content, problem)
    return Written(text, content, "")


def write_files(report: Report, curves: Sequence[ArmCurves], folder: Path) -> list[Picture]:
    """Draw the figures into a folder and write the tables that show them; returns the pictures."""
    from bi_bench.report.figures.draw import draw_all
    from bi_bench.report.figures.overview import draw_curves
    from bi_bench.report.tables.export import to_csv
    from bi_bench.report.tables.render import render

    draw_curves(report, curves, folder / "curves.png")
    pictures = draw_all(report, curves, folder)
    write_text(folder / "report.md", render(report, "markdown", pictures))
    write_text(folder / "report.csv", to_csv(report))
    return pictures


def cached_text(results: Results) -> str | None:
    """The terminal text of the report in the run's folder; None if there is none that still holds.

    Imports neither numpy nor scipy: a finished suite is printed at once.
    """
    folder = results.store.run_folder(results.name)
    content = _read_index(folder)
    if content.get("fingerprint") != fingerprint(results) or damaged_files(folder):
        return None
    text = content.get("text")
    return text if isinstance(text, str) else None


def damaged_files(folder: Path) -> list[str]:
    """The files of the report in the folder of a run that are missing or not what was written."""
    content = _read_index(folder)
    if not content and (folder / _INDEX).exists():
        return [_INDEX]
    # An older index has no digests.
    return [name for name, was in content.get("files", {}).items() if _digest(folder / name) != was]


def _digest(file: Path) -> str:
    return digest_file(file) if file.is_file() else ""


def where_written(results: Results) -> str:
    """The folder of a run and the files of its report, figures by their names."""
    folder = results.store.run_folder(results.name)
    figures = _figures(_read_index(folder))
    text = f"written to {folder}: {', '.join((*_FILES, _INDEX))}"
    if figures:
        names = ", ".join(Path(file).stem for file in figures)
        text += f"\n  {Path(figures[0]).parent}/*.png: {names}"
    return text


def fingerprint(results: Results) -> str:
    """A digest of all that a report depends on: the record, how far each stage got, what it wrote."""
    record = results.record.to_json()
    content = {
        "schema": REPORT_SCHEMA,
        "bi_bench": __version__,
        "record": {part: record.get(part) for part in _PARTS},
        "states": {k: [*state, results.store.seal(k)] for k, state in results.states.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_index(folder: Path) -> dict[str, Any]:
    """report.json, or an empty object where it is missing or damaged."""
    found = read_sealed(folder / _INDEX, _OLD)
    return found[0] if found else {}


def _figures(content: Mapping[str, Any]) -> list[str]:
    """The files of figures that a report.json lists, and nothing outside their folder."""
    listed = content.get("figures")
    if not isinstance(listed, list):
        return []
    files = [one.get("file") for one in listed if isinstance(one, dict)]
    return [file for file in files if isinstance(file, str) and _FIGURE.fullmatch(file)]
