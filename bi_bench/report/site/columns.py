"""The leaderboard of the page: its columns, and cells with what they are sorted by and drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column, Group, Value
from bi_bench.report.tables.columns import page_columns
from bi_bench.report.text import Text
from bi_bench.stats import Contrast

GROUPS: dict[Group, str] = {
    "scores": "scores",
    "basis": "problems and seeds",
    "contrasts": "more contrasts",
    "sampled": "sampled answers",
    "derived": "every step right",
    "answers": "how answers ended",
    "costs": "costs",
    "more": "more",
}
# Shown at first; a reader adds the others.
SHOWN_GROUPS: tuple[Group, ...] = ("scores", "basis")


class SiteCell(NamedTuple):
    """One cell: text, what it is sorted by, and its interval if it has one."""

    text: Text
    value: Value
    interval: Contrast | None


def used_columns(rows: Sequence[Row]) -> tuple[list[Column], list[tuple[str, str]]]:
    """The columns that are not empty, and facts (name, text) that hold for all rows alike."""
    columns: list[Column] = []
    facts: list[tuple[str, str]] = []
    for column in page_columns():
        texts = {str(column.cell(row)) for row in rows}
        if column.shown.group in ("axes", "basis") and len(texts) == 1 and rows:
            facts.append((column.shown.heading, texts.pop()))
        elif any(texts):
            columns.append(column)
    return columns, facts


def cell(column: Column, row: Row) -> SiteCell:
    """The cell of a column and a row."""
    text = column.cell(row)
    sorts_by = None if column.shown.by_text else column.value
    value = sorts_by(row) if sorts_by else (str(text) or None)
    return SiteCell(text, value, column.interval.of(row) if column.interval else None)
