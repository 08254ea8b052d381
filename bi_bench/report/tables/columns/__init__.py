"""All columns of the leaderboard, in the order of CSV and JSON, and those of each output."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import get_args

from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column, Group, Table
from bi_bench.report.tables.columns.answers import ANSWERS, SECONDARY
from bi_bench.report.tables.columns.contrasts import CONTRASTS
from bi_bench.report.tables.columns.costs import COSTS
from bi_bench.report.tables.columns.facts import ARM, FLOOR, PROBLEMS, REMARKS
from bi_bench.report.tables.columns.scores import DERIVED, GREEDY, SAMPLED, SEMANTIC
from bi_bench.report.tables.columns.training import TRAINING

COLUMNS: tuple[Column, ...] = (
    *ARM,
    *PROBLEMS,
    *GREEDY,
    *SAMPLED,
    *DERIVED,
    *SEMANTIC,
    *CONTRASTS,
    *SECONDARY,
    *FLOOR,
    *TRAINING,
    *ANSWERS,
    *COSTS,
    *REMARKS,
)
_TABLES: tuple[Table, ...] = get_args(Table)
_GROUPS: tuple[Group, ...] = get_args(Group)


def machine_columns(rows: Sequence[Row]) -> list[Column]:
    """Those of CSV and JSON: all but the lenient reading where no row has one."""
    lenient = any(row.semantic for row in rows)
    return [column for column in COLUMNS if lenient or column not in SEMANTIC]


def shown_columns() -> list[Column]:
    """Those that people see, in the order in which they are read."""
    return _moved((each for each in COLUMNS if each.shown.heading), lambda each: each.shown.before)


def table_columns(table: Table) -> list[Column]:
    """Those of one table of Markdown."""
    return [column for column in shown_columns() if column.shown.table == table]


def terminal_columns() -> list[Column]:
    """Those that fit a terminal of 140 characters, with the headings and texts that they have there."""
    before = {}
    columns = []
    for column in shown_columns():
        if (own := column.shown.terminal) is not None:
            before[column.key] = own.before
            shown = replace(column.shown, heading=own.heading or column.shown.heading)
            columns.append(replace(column, text=own.text or column.text, shown=shown))
    return _moved(columns, lambda each: before[each.key])


def page_columns() -> list[Column]:
    """Those of the page by their groups, with the texts that they have there."""
    columns = [column for table in _TABLES for column in table_columns(table)]
    columns.sort(key=lambda column: _GROUPS.index(column.shown.group))
    return [replace(each, text=each.shown.page or each.text) for each in columns]


def _moved(columns: Iterable[Column], before: Callable[[Column], str]) -> list[Column]:
    """The columns in another order: each before the one whose key it names, if it names one."""
    found = list(columns)
    for column in tuple(found):
        if key := before(column):
            found.remove(column)
            found.insert([each.key for each in found].index(key), column)
    return found
