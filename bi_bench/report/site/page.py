"""Renders the page: the leaderboard and everything below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.site.columns import (
    GROUPS,
    SHOWN_GROUPS,
    cell,
    used_columns,
)
from bi_bench.report.site.escape import visible
from bi_bench.report.tables.column import Column
from bi_bench.report.tables.decoders import TITLE as DECODERS
from bi_bench.report.tables.decoders import decoder_table
from bi_bench.report.tables.legend import legend
from bi_bench.report.tables.published import TITLE as PUBLISHED
from bi_bench.report.tables.published import published_notes, published_table
from bi_bench.report.text import plain
from bi_bench.stats import Contrast

_FILTERS = ("benchmark", "split", "model", "algorithm", "strategy")


def render_page(report: Report, ids: Sequence[str], mark: str) -> str:
    """The whole of index.html; every text is escaped, and hidden characters are made visible."""
    environment = Environment(
        loader=PackageLoader("bi_bench.report.site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    columns, facts = used_columns(report.rows)
    tables = [
        (DECODERS, decoder_table(report.decoders)),
        (PUBLISHED, published_table(report.published, report.rows)),
    ]
    text: str = environment.get_template("index.html").render(
        report=report,
        mark=mark,
        columns=_headings(columns, report),
        groups=[
            (name, text, name in SHOWN_GROUPS)
            for name, text in GROUPS.items()
            if any(column.shown.group == name for column in columns)
        ],
        hidden=[name for name in GROUPS if name not in SHOWN_GROUPS],
        facts=facts,
        filters=_filters(report.rows),
        rows=_rows(report.rows, ids, columns),
        legend=list(legend(report.rows)),
        notes=[*report.notes, *published_notes(report.published)],
        skipped=[item.line for item in report.skipped],
        tables=[(title, grid) for title, grid in tables if grid.cells],
        made=[*report.made_with.items(), *(("machine", line) for line in report.machine_lines)],
    )
    return text


def _seen(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _headings(columns: Sequence[Column], report: Report) -> list[dict[str, str]]:
    reference = plain(report.reference)
    return [
        {
            "name": column.heading(report.rows, reference),
            "group": column.shown.group,
            "numeric": "numeric" if _numeric(column, report.rows) else "",
        }
        for column in columns
    ]


def _numeric(column: Column, rows: Sequence[Row]) -> bool:
    values = [cell(column, row).value for row in rows]
    return not any(isinstance(value, str) for value in values)


def _filters(rows: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """The axes in which rows differ, with their values in the order of the report."""
    values = {axis: list(dict.fromkeys(getattr(row, axis) for row in rows)) for axis in _FILTERS}
    return [(axis, found) for axis, found in values.items() if len(found) > 1]


def _rows(
    rows: Sequence[Row], ids: Sequence[str], columns: Sequence[Column]
) -> list[dict[str, Any]]:
    table = [[cell(column, row) for column in columns] for row in rows]
    scales = {
        place: scale
        for place, column in enumerate(columns)
        if column.shown.drawn and (scale := _scale([line[place].interval for line in table]))
    }
    found = []
    evaluation = ""
    for row, name, line in zip(rows, ids, table, strict=True):
        cells = [
            {
                "number": each.text.main,
                "interval": each.text.interval + each.text.rest,
                "value": "" if each.value is None else str(each.value),
                "group": column.shown.group,
                "key": column.key,
                "name": column.shown.heading,
                # A reason in the place of a number.
                "said": column.shown.drawn and each.interval is None,
                "drawn": _drawn(each.interval, scales.get(place)),
            }
            for place, (column, each) in enumerate(zip(columns, line, strict=True))
        ]
        found.append(
            {
                "id": name,
                "row": row,
                "cells": cells,
                "first": row.evaluation != evaluation,
                "axes": [(axis, getattr(row, axis)) for axis in _FILTERS],
            }
        )
        evaluation = row.evaluation
    return found


def _scale(intervals: Sequence[Contrast | None]) -> tuple[float, float] | None:
    """From the lowest to the highest end of all intervals of a column, zero included."""
    ends = [end for each in intervals if each for end in (each.low, each.estimate, each.high)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    return (low, high) if high > low else None


def _drawn(interval: Contrast | None, scale: tuple[float, float] | None) -> dict[str, str] | None:
    """Places between 2 and 98 of zero and of the interval, for a drawing 100 wide."""
    if interval is None or scale is None:
        return None
    low, high = scale

    def place(value: float) -> str:
        return f"{2 + 96 * (value - low) / (high - low):.1f}"

    return {
        "low": place(interval.low),
        "middle": place(interval.estimate),
        "high": place(interval.high),
        "zero": place(0.0),
    }
