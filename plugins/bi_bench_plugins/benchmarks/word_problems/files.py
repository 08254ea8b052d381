"""Reads the rows of the two parts of a dataset, from a folder or the hub, each with its place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from bi_bench.api import UserError
from bi_bench.api.text import json_lines

Part = Literal["train", "test"]
PARTS: tuple[Part, ...] = ("train", "test")
_SUFFIXES = (".jsonl", ".parquet")
_HALF = re.compile("[\ud800-\udfff]")
_SHOWN = 3  # faults that a message spells out

_Made = TypeVar("_Made")


class BadRow(ValueError):  # noqa: N818 - a finding, collected
    """A row that cannot be used, and why; collected, so that one message names them all."""


class KnownDefect(BadRow):
    """An unusable row of the published dataset: left out and counted."""


class Usable(NamedTuple, Generic[_Made]):
    """The results of the usable rows, and how many were left out, by reason."""

    made: list[_Made]
    left_out: dict[str, int]


class Row(NamedTuple):
    """One row of a part: its number from 1, and its columns or what is wrong with the row.

    ``unit``: what the number counts.
    """

    number: int
    columns: Mapping[str, Any]
    fault: str = ""
    unit: Literal["line", "row"] = "line"


def file_of(folder: Path, part: Part) -> Path:
    """The file of a part; UserError if none or more than one is found."""
    found = [f for suffix in _SUFFIXES if (f := folder / f"{part}{suffix}").is_file()]
    if len(found) != 1:
        names = " or ".join(f"{part}{suffix}" for suffix in _SUFFIXES)
        wrong = "has both" if found else "there is no"
        raise UserError(f"{folder}: {wrong} {names}; the folder needs exactly one of them")
    return found[0]


def read_file(file: Path) -> Iterator[Row]:
    """The rows of a JSONL or Parquet file. Blank lines of JSONL are no rows."""
    return _parquet(file) if file.suffix == ".parquet" else _jsonl(file)


def read_hub(id: str, revision: str, subsets: Sequence[str], part: Part) -> Iterator[Row]:
    """The rows of a part of a hub dataset, its subsets one after the other. Needs the network."""
    import httpx
    from datasets import load_dataset

    number = 0
    for subset in subsets:
        try:
            rows = load_dataset(id, subset, revision=revision, split=part)
        except (OSError, ValueError, httpx.HTTPError) as error:  # no network, no such dataset
            raise UserError(
                f"{id} {subset} at {revision} cannot be read ({type(error).__name__}: {error}); "
                "or use path = a local folder"
            ) from None
        for columns in rows:
            number += 1
            yield Row(number, columns, unit="row")


def usable(
    rows: Iterable[Row], make: Callable[[Row], _Made], where: str, bad_rows: int = 0
) -> Usable[_Made]:
    """The result of ``make`` for each row; UserError that names rows that cannot be used, if there are more
    than ``bad_rows``.
    """
    made: list[_Made] = []
    left_out: Counter[str] = Counter()
    faults: list[str] = []
    total = 0
    for row in rows:
        total += 1
        try:
            if row.fault:
                raise BadRow(row.fault)
            made.append(make(row))
        except KnownDefect as defect:
            left_out[str(defect)] += 1
        except BadRow as fault:
            faults.append(f"{row.unit} {row.number}: {fault}")
    if len(faults) > bad_rows:
        shown = "; ".join(faults[:_SHOWN]) + ("; ..." if len(faults) > _SHOWN else "")
        raise UserError(f"{where}: {len(faults)} of {total} rows cannot be used: {shown}")
    if not made:
        raise UserError(f"{where}: no rows")
    if faults:
        left_out["cannot be used"] = len(faults)
    return Usable(made, dict(left_out))


def text(row: Row, column: str) -> str:
    """A column that must hold text; BadRow if it is missing, empty or something else."""
    if column not in row.columns:
        raise BadRow(
            f'the column "{column}" is missing (there: {", ".join(row.columns) or "none"})'
        )
    value = row.columns[column]
    if not isinstance(value, str) or not value.strip():
        raise BadRow(f'the column "{column}" is no text, or empty')
    if _HALF.search(value):
        raise BadRow(f'the column "{column}" has half of a surrogate pair, which is no text')
    return value


def _jsonl(file: Path) -> Iterator[Row]:
    for number, columns, fault in json_lines(file):
        if not fault and not isinstance(columns, dict):
            fault = "not a JSON object"
        yield Row(number, {} if fault else columns, fault)


def _parquet(file: Path) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise UserError(f"{file}: cannot be read as Parquet ({error})") from None
    for number, columns in enumerate(table.to_pylist(), start=1):
        yield Row(number, columns, unit="row")
