"""The rows of a report as tables of text, not escaped: each format does that for itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from tabulate import tabulate

from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column
from bi_bench.report.tables.columns import table_columns, terminal_columns
from bi_bench.report.tables.columns.facts import STRATEGY
from bi_bench.report.text import markdown, shorten

_NAME_WIDTH = 12


class Evaluation(NamedTuple):
    """An evaluation: its title, the facts that all rows have in common, and the rows."""

    title: str
    facts: tuple[str, ...]
    rows: tuple[Row, ...]


class Grid(NamedTuple):
    """Headings and rows of cells."""

    headings: list[str]
    cells: list[list[str]]


def evaluations(report: Report) -> Iterator[Evaluation]:
    """The rows of a report by what was evaluated."""
    for _, found in groupby(report.rows, key=lambda row: (row.benchmark, row.split)):
        rows = tuple(found)
        common = [fact for fact in table_columns("facts") if _is_constant(fact, rows)]
        facts = [f"{fact.shown.heading} {fact.cell(rows[0])}" for fact in common]
        yield Evaluation(rows[0].evaluation, tuple(facts), rows)


def grid(report: Report, rows: Sequence[Row], columns: Sequence[Column]) -> Grid:
    """The rows of an evaluation without its facts, and without columns that are empty throughout."""
    wanted = [
        STRATEGY,
        *(fact for fact in table_columns("facts") if not _is_constant(fact, rows)),
        *(column for column in columns if any(str(column.cell(row)) for row in rows)),
    ]
    reference = shorten(report.reference, _NAME_WIDTH)
    return Grid(
        [column.heading(rows, reference) for column in wanted],
        [[str(column.cell(row)) for column in wanted] for row in rows],
    )


def compact_grids(report: Report) -> Iterator[tuple[Evaluation, Grid]]:
    """The tables of a terminal."""
    for each in evaluations(report):
        yield each, grid(report, each.rows, terminal_columns())


def pipe_table(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """A table of Markdown, escaped."""
    body = [list(map(markdown, line)) for line in cells]
    names = list(map(markdown, headings))
    return str(tabulate(body, names, tablefmt="pipe", disable_numparse=True))


def _is_constant(fact: Column, rows: Sequence[Row]) -> bool:
    return len({fact.cell(row) for row in rows}) == 1
