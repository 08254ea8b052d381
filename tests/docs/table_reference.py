"""Writes docs/authors/tables.md: the columns and fields of every file that a stage writes.

The types of Parquet are those of files that the functions of the stages write for this page.
"""

from __future__ import annotations

import inspect
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pyarrow.parquet as pq

from bi_bench.api import Problem, Weight
from bi_bench.api.speech import Span
from bi_bench.artifacts import history, table
from bi_bench.artifacts.artifact import Record
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import (
    AugmentSummary,
    Demonstration,
    write_demonstrations,
)
from bi_bench.artifacts.hub_reference import HubReference
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.overlap import Overlap
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.problems import ProblemRow, ProblemsSummary, write_problems
from bi_bench.artifacts.samples import EVALUATED, PROBED, Sample, write_samples
from bi_bench.artifacts.stage_record import FILE, StageRecord
from tests.docs.api_reference import prose
from tests.docs.api_reference import table as markdown

HEAD = """# Tables that stages write

What an analysis may read: `context.rows(role, file)` gives the rows of a Parquet file in the folder of
a role, `context.folders[role]` is the folder ([analyses](../plugins.md#analysis-bi_bench_analyses)). The
folder of a stage that trained also has the checkpoint, in the files of transformers. A file of an older
bi_bench lacks some of the fields for which a default is given; readers take the default. Written from the
code by `python tests/docs/renew.py`.
"""
SAMPLE = Sample("p/1", 0, 0.0, "4", 1, False, True, True, "4", True, False, False, 1.0, True)
DEMONSTRATION = Demonstration(
    "p/1", "p/1", "2 + 2 =", " 4", [Span(0, 2, 0, "compute", False)], [Weight(0, 2, 0.5)]
)
PROBLEM = Problem("p/1", "2 + 2", "4", cluster="sums")


class Table(NamedTuple):
    """A Parquet file: its type of row, and how a stage writes one row of it."""

    stage: str
    file: str
    row: type
    write: Callable[[Path], None]


TABLES = (
    Table("problems", "problems.parquet", ProblemRow, lambda to: write_problems(to, [PROBLEM])),
    Table("augment", "examples.parquet", Demonstration, lambda to: write_demonstrations(to, [DEMONSTRATION])),
    Table("probe", PROBED, Sample, lambda to: write_samples(to, [SAMPLE], PROBED)),
    Table("evaluate", EVALUATED, Sample, lambda to: write_samples(to, [SAMPLE])),
)  # fmt: skip
OBJECTS: tuple[tuple[str, str, type[Record]], ...] = (
    ("every stage", FILE, StageRecord),
    ("every stage", Costs.FILE, Costs),
    ("base", HubReference.FILE, HubReference),
    ("problems", ProblemsSummary.FILE, ProblemsSummary),
    ("augment", AugmentSummary.FILE, AugmentSummary),
    ("probe", ProbeSummary.FILE, ProbeSummary),
    ("evaluate", Outcomes.FILE, Outcomes),
    ("overlap", Overlap.FILE, Overlap),
)
LINES = (("sft, rft", history.HISTORY, history), ("analyse", table.TABLE, table))


def tables_page() -> str:
    """The page as it should be."""
    parts = [HEAD, "## Parquet\n"]
    for stage, file, row, write in TABLES:
        columns = [(f"`{name}`", f"`{kind}`") for name, kind in columns_of(file, write)]
        parts.append(
            f"### {stage}: `{file}`\n\n{prose(row)}\n{markdown(('column', 'type'), columns)}"
        )
    parts.append("## JSON objects\n")
    for stage, file, record in OBJECTS:
        parts.append(f"### {stage}: `{file}`\n\n{prose(record)}\n{_fields(record)}")
    parts.append("## Tables with columns of their own\n")
    for stage, file, module in LINES:
        parts.append(f"### {stage}: `{file}`\n\n{prose(module)}")
    return "\n".join(parts)


def columns_of(file: str, write: Callable[[Path], None]) -> list[tuple[str, str]]:
    """Names and Arrow types of the columns of a file."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        schema = pq.read_schema(Path(folder) / file)
    return [(column.name, str(column.type)) for column in schema]


def _fields(record: type[Record], inside: str = "") -> str:
    rows = [*_rows(record, inside)]
    return markdown(("field", "type", "default"), rows)


def _rows(record: type[Record], inside: str) -> list[tuple[str, ...]]:
    """The fields of a record, those of a record in it by their path."""
    rows: list[tuple[str, ...]] = []
    for name, field in record.model_fields.items():
        place, written = f"{inside}{field.alias or name}", inspect.get_annotations(record)[name]
        default = "" if field.is_required() else repr(field.get_default(call_default_factory=True))
        inner = [
            part for part in (field.annotation, *get_args(field.annotation)) if _is_record(part)
        ]
        shown = "" if inner and default not in ("", "None") else default and f"`{default}`"
        rows.append((f"`{place}`", f"`{written}`".replace("|", "\\|"), shown))
        for part in inner:
            path = f"{place}.FILE." if re.match(r"dict\b", written) else f"{place}."
            rows += _rows(part, path)
    return rows


def _is_record(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Record)
