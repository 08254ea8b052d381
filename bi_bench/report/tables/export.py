"""The report as CSV and as JSON: all columns, full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.tables import columns
from bi_bench.report.tables.column import Value


def flat_rows(rows: Sequence[Row]) -> list[dict[str, Value]]:
    """Rows under the same flat names; None where there is no number.

    Scores are shares (0 to 1). Names of mean@k end in ``_k``, those of the derived score in
    ``_derived``, of the lenient reading in ``_semantic``, those of intervals in ``_low`` and ``_high``
    before that. ``arm_label`` is at the corrected level where ``arm_label_basis`` is "corrected", else
    exploratory.
    """
    wanted = columns.machine_columns(rows)
    return [{n: v for each in wanted for n, v in each.values(row).items()} for row in rows]


def to_csv(report: Report) -> str:
    """One line per row; empty where there is no number. Without rows, nothing at all."""
    rows = flat_rows(report.rows)
    if not rows:
        return ""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def to_json(report: Report) -> dict[str, Any]:
    """The report as a JSON object: facts about the suite, flat rows, notes, what is missing, analyses.

    The tables of analyses are as measured: one entry for each seed, lists included.
    """
    return {
        "suite": report.suite,
        "description": report.description,
        "reference": report.reference,
        "command": report.command,
        "numerics": dict(report.numerics),
        "versions": dict(report.versions),
        "rows": flat_rows(report.rows),
        "notes": list(report.notes),
        "skipped": [asdict(item) for item in report.skipped],
        "published": [asdict(one) for one in report.published],
        "decoders": [asdict(row) for row in report.decoders],
        "sweeps": [asdict(sweep) for sweep in report.sweeps],
        "analyses": {table.name: list(map(dict, table.rows)) for table in report.analyses},
    }
