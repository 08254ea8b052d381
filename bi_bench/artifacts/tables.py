"""Rows on disk: Parquet for tables, JSON lines for histories."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_BATCH = 1024  # rows in memory at a time


def write_rows(file: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the same columns as Parquet; Hugging Face ``datasets`` reads it as it is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), file)


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of :func:`write_rows`."""
    import pyarrow.parquet as pq

    # `pq.read_table` reads folders of files, too, and imports pandas for it: half a second.
    with pq.ParquetFile(file) as table:
        rows: list[dict[str, Any]] = table.read().to_pylist()
    return rows


def read_columns(file: Path, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The values of some columns, row by row; a batch of rows is in memory at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as table:
        for batch in table.iter_batches(_BATCH, columns=list(columns)):
            for row in batch.to_pylist():
                yield tuple(row[column] for column in columns)


def write_lines(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    file.write_text("".join(json.dumps(row, sort_keys=True) + "\n" for row in rows))
