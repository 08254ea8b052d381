"""Writes the report into the folder of its run, and finds it there again while it still holds."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bi_bench import __version__
from bi_bench.report.cells import stage_states
from bi_bench.store import Store, read_json, write_text

if TYPE_CHECKING:
    from bi_bench.report.curves import ArmCurves
    from bi_bench.report.figures import Picture
    from bi_bench.report.whole import Report

# Raise it when reports of the same results come out different.
REPORT_SCHEMA = 5

_FILES = ("report.md", "report.csv", "curves.png")
_INDEX = "report.json"
_FIGURE = re.compile(r"figures/[A-Za-z0-9_-]+\.png")
_PARTS = ("suite", "numerics", "command", "versions", "machines", "cells")


def write_report(record: Mapping[str, Any], store: Store, name: str) -> str:
    """Write the report and its figures into the folder of the run; returns the terminal text.

    The files are report.md, report.csv, curves.png, figures/*.png and report.json, which lists the
    figures and is written last. Figures that an older report had and this one has not are removed.
    """
    from bi_bench.report.curves import read_curves
    from bi_bench.report.export import to_json
    from bi_bench.report.rows import build_report
    from bi_bench.report.table import render

    # Taken first: a stage that appears meanwhile makes this report old.
    mark = fingerprint(record, store)
    report = build_report(record, store)
    text = render(report, "terminal")
    folder = store.run_folder(name)
    curves = read_curves(record, store)
    old = _figures(_read_index(folder))
    # Until the new one is written no report holds: the old one does not go with new figures.
    (folder / _INDEX).unlink(missing_ok=True)
    pictures = write_files(report, curves, folder)
    for file in set(old) - {picture.file for picture in pictures}:
        (folder / file).unlink(missing_ok=True)
    # Last, since it vouches for the others.
    figures = [asdict(picture) for picture in pictures]
    content = {"schema": REPORT_SCHEMA, "fingerprint": mark, **to_json(report)}
    content |= {"figures": figures, "text": text}
    write_text(folder / _INDEX, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return text


def write_files(report: Report, curves: Sequence[ArmCurves], folder: Path) -> list[Picture]:
    """Draw the figures into a folder and write the tables that show them; returns the pictures."""
    from bi_bench.report.export import to_csv
    from bi_bench.report.figures import draw_all, draw_curves
    from bi_bench.report.table import render

    draw_curves(report, curves, folder / "curves.png")
    pictures = draw_all(report, curves, folder)
    write_text(folder / "report.md", render(report, "markdown", pictures))
    write_text(folder / "report.csv", to_csv(report))
    return pictures


def cached_text(record: Mapping[str, Any], store: Store, name: str) -> str | None:
    """The terminal text of the report in the run's folder; None if there is none that still holds.

    Imports neither numpy nor scipy: a finished suite is printed at once.
    """
    folder = store.run_folder(name)
    content = _read_index(folder)
    if not all((folder / file).exists() for file in (*_FILES, *_figures(content))):
        return None
    if content.get("fingerprint") != fingerprint(record, store):
        return None
    text = content.get("text")
    return text if isinstance(text, str) else None


def written_files(store: Store, name: str) -> list[str]:
    """The files of the report in the folder of a run, relative to it."""
    return [*_FILES, _INDEX, *_figures(_read_index(store.run_folder(name)))]


def fingerprint(record: Mapping[str, Any], store: Store) -> str:
    """A digest of all that a report depends on: the record and how far each stage got."""
    content = {
        "schema": REPORT_SCHEMA,
        "bi_bench": __version__,
        "record": {part: record.get(part) for part in _PARTS},
        "states": stage_states(record, store),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _read_index(folder: Path) -> dict[str, Any]:
    """report.json, or an empty object where it is missing or damaged."""
    return read_json(folder / _INDEX) or {}


def _figures(content: Mapping[str, Any]) -> list[str]:
    """The files of figures that a report.json lists, and nothing outside their folder."""
    listed = content.get("figures")
    if not isinstance(listed, list):
        return []
    files = [one.get("file") for one in listed if isinstance(one, dict)]
    return [file for file in files if isinstance(file, str) and _FIGURE.fullmatch(file)]
