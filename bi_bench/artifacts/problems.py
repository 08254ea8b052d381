"""The problems of a split, and what is counted of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

import pydantic

from bi_bench.api import Problem, ReasoningGraph
from bi_bench.artifacts.artifact import Artifact
from bi_bench.artifacts.tables import read_columns, read_rows, write_rows

_FILE = "problems.parquet"


class ProblemsSummary(Artifact):
    """``summary.json``: their number, the digest of their content, and what the benchmark counts.

    ``left_out``: how many records of its data the benchmark uses for nothing, by the reason.
    """

    FILE: ClassVar[str] = "summary.json"

    n: int
    digest: str
    left_out: dict[str, int] = pydantic.Field(default_factory=dict)


class ProblemRow(NamedTuple):
    """A problem: the columns that people read, and the whole of it as JSON in ``problem``.

    ``problem`` has the fields of :class:`~bi_bench.api.Problem`, the graph among them; ``digest`` is that
    of question and answer.
    """

    id: str
    question: str
    answer: str
    cluster: str | None
    digest: str
    problem: str


def write_problems(folder: Path, problems: Sequence[Problem]) -> None:
    """Problems as Parquet."""
    rows = [
        ProblemRow(p.id, p.question, p.answer, p.cluster, p.digest, json.dumps(p.to_json()))
        for p in problems
    ]
    write_rows(folder / _FILE, [row._asdict() for row in rows])


def has_problems(folder: Path) -> bool:
    """True where the folder of a stage has the problems: published records leave them out."""
    return (folder / _FILE).is_file()


def read_problems(folder: Path) -> list[Problem]:
    """The problems of a stage, graphs checked again."""
    return [Problem.from_json(json.loads(row["problem"])) for row in read_rows(folder / _FILE)]


def read_questions(folder: Path) -> Iterator[tuple[str, str]]:
    """The id and the question of each problem, without making problems of them."""
    columns = read_columns(folder / _FILE, "id", "question")
    return ((id, question) for id, question in columns)


def read_graphs(folder: Path) -> Iterator[ReasoningGraph]:
    """The graph of each problem that has one."""
    for (text,) in read_columns(folder / _FILE, "problem"):
        if (graph := json.loads(text)["graph"]) is not None:
            yield ReasoningGraph.from_json(graph)
