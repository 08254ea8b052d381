"""The demonstrations that a strategy made of the SFT problems, and what is counted of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import pydantic

from bi_bench.api.draft import Weight
from bi_bench.api.speech import Span
from bi_bench.artifacts.artifact import Artifact
from bi_bench.artifacts.tables import read_columns, read_rows, write_rows

_FILE = "examples.parquet"


class Demonstration(NamedTuple):
    """A prompt and its completion; ``problem`` is empty where it belongs to none.

    ``spans``: which characters of the completion belong to which step; in the file as JSON, with the
    fields of :class:`~bi_bench.api.Span`. ``weights``: of the SFT loss on characters of the completion, 1
    elsewhere.
    """

    id: str
    problem: str
    prompt: str
    completion: str
    spans: Sequence[Span] = ()
    weights: Sequence[Weight] = ()


class AugmentSummary(Artifact):
    """``summary.json``: problems, demonstrations made, problems declined by reason, steps by kind.

    ``wrong_lines`` are those that a strategy planted on purpose.
    """

    FILE: ClassVar[str] = "summary.json"

    problems: int
    examples: int = 0
    declined: dict[str, int] = pydantic.Field(default_factory=dict)
    wrong_lines: int = 0
    steps: dict[str, int] = pydantic.Field(default_factory=dict)


def write_demonstrations(folder: Path, rows: Sequence[Demonstration]) -> None:
    """Write them as Parquet, spans and weights as JSON; without weights there is no such column."""
    weighted = any(row.weights for row in rows)
    write_rows(folder / _FILE, [_row(row, weighted) for row in rows])


def read_demonstrations(folder: Path) -> list[Demonstration]:
    """All of them, in their order, without spans: training needs none."""
    return [
        Demonstration(
            row["id"],
            row.get("problem", ""),
            row["prompt"],
            row["completion"],
            weights=tuple(Weight(*values) for values in json.loads(row.get("weights") or "[]")),
        )
        for row in read_rows(folder / _FILE)
    ]


def demonstration_texts(folder: Path) -> Iterator[str]:
    """Prompt and completion of each as one text."""
    for prompt, completion in read_columns(folder / _FILE, "prompt", "completion"):
        yield f"{prompt} {completion}"


def _row(row: Demonstration, weighted: bool) -> dict[str, Any]:
    columns = {**row._asdict(), "spans": json.dumps([asdict(span) for span in row.spans])}
    del columns["weights"]
    if weighted:
        columns["weights"] = json.dumps([astuple(weight) for weight in row.weights])
    return columns
