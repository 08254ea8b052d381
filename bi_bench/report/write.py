"""Writes the report into the folder of its run, and finds it there again while it still holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bi_bench import __version__
from bi_bench.report.cells import stage_states
from bi_bench.store import Store, write_text

# Raise it when reports of the same results come out different.
REPORT_SCHEMA = 3

_FILES = ("report.md", "report.csv", "curves.png")
_INDEX = "report.json"
_PARTS = ("suite", "numerics", "command", "versions", "cells")


def write_report(record: Mapping[str, Any], store: Store, name: str) -> str:
    """Write report.md, report.csv, curves.png and report.json; returns the terminal text."""
    from bi_bench.report.curves import read_curves
    from bi_bench.report.export import to_csv, to_json
    from bi_bench.report.figures import draw_curves
    from bi_bench.report.rows import build_report
    from bi_bench.report.table import render

    # Taken first: a stage that appears meanwhile makes this report old.
    mark = fingerprint(record, store)
    report = build_report(record, store)
    text = render(report, "terminal")
    folder = store.run_folder(name)
    write_text(folder / "report.md", render(report, "markdown"))
    write_text(folder / "report.csv", to_csv(report))
    draw_curves(report, read_curves(record, store), folder / "curves.png")
    # Last, since it vouches for the others.
    content = {"schema": REPORT_SCHEMA, "fingerprint": mark, **to_json(report), "text": text}
    write_text(folder / _INDEX, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return text


def cached_text(record: Mapping[str, Any], store: Store, name: str) -> str | None:
    """The terminal text of the report in the run's folder; None if there is none that still holds.

    Imports neither numpy nor scipy: a finished suite is printed at once.
    """
    folder = store.run_folder(name)
    try:
        content = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not all((folder / file).exists() for file in _FILES):
        return None
    if content.get("fingerprint") != fingerprint(record, store):
        return None
    text = content.get("text")
    return text if isinstance(text, str) else None


def fingerprint(record: Mapping[str, Any], store: Store) -> str:
    """A digest of all that a report depends on: the record and how far each stage got."""
    content = {
        "schema": REPORT_SCHEMA,
        "bi_bench": __version__,
        "record": {part: record.get(part) for part in _PARTS},
        "states": stage_states(record, store),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
