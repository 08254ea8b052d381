"""The table that an analysis measured: a JSON array of rows, which are objects with the same columns.

The analysis decides on the columns; its docstring, which ``bi-bench plugins show NAME`` prints, says which.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bi_bench.artifacts.artifact import Json, damaged, read_plain

TABLE = "table.json"

TableRow = Mapping[str, Json]


def write_table(folder: Path, rows: Sequence[TableRow]) -> None:
    """Write ``table.json``; the analysis decides the order of its columns."""
    text = json.dumps([dict(row) for row in rows], indent=1, allow_nan=False)
    (folder / TABLE).write_text(text + "\n")


def read_table(folder: Path) -> list[TableRow]:
    """The rows; UserError where they are missing or damaged."""
    rows = read_plain(folder / TABLE)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise damaged(folder / TABLE, "not a list of rows")
    return rows
