"""Tables on disk: Parquet for rows, JSON for summaries, JSON lines for histories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bi_bench.api import Problem


def write_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same columns as Parquet; Hugging Face ``datasets`` reads it as it is."""
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), file)


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of :func:`write_rows`."""
    # `pq.read_table` reads folders of files, too, and imports pandas for it: half a second.
    with pq.ParquetFile(file) as table:
        rows: list[dict[str, Any]] = table.read().to_pylist()
    return rows


def write_json(file: Path, data: Any) -> None:
    """Plain JSON, sorted keys, so that equal results are equal bytes."""
    file.write_text(json.dumps(data, indent=1, sort_keys=True, allow_nan=False) + "\n")


def write_lines(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    file.write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in rows))


def write_problems(folder: Path, problems: Sequence[Problem]) -> None:
    """Problems as Parquet: the columns that people read, and the whole problem as JSON."""
    rows = [
        {
            "id": problem.id,
            "question": problem.question,
            "answer": problem.answer,
            "cluster": problem.cluster,
            "digest": problem.digest,
            "problem": json.dumps(problem.to_json()),
        }
        for problem in problems
    ]
    write_rows(folder / "problems.parquet", rows)


def read_problems(folder: Path) -> list[Problem]:
    """The problems of :func:`write_problems`, graphs checked again."""
    rows = read_rows(folder / "problems.parquet")
    return [Problem.from_json(json.loads(row["problem"])) for row in rows]
