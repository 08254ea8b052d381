"""The details of one row of the leaderboard, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bi_bench.report.content.analyses import AnalysisTable, as_text
from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.row import Row
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results
from bi_bench.report.site.charts import difficulty_chart, histogram_chart, reward_chart
from bi_bench.report.site.columns import GROUPS
from bi_bench.report.site.stages import cost_table, identities, key_table
from bi_bench.report.tables.column import Column
from bi_bench.report.text import plain


def row_detail(
    row: Row, columns: Sequence[Column], rows: Sequence[Row], reference: str
) -> dict[str, Any]:
    """All numbers of a row with their headings, by group, and the remarks on it."""
    shown = {
        group: [
            [column.heading(rows, reference), text]
            for column in columns
            if column.shown.group == group and (text := str(column.cell(row)))
        ]
        for group in ("axes", *GROUPS)
    }
    numbers = [[GROUPS.get(group, "where"), facts] for group, facts in shown.items() if facts]
    refused = f"refused: {row.refused}" if row.refused else ""
    remarks = [refused, str(row.no_comparison or ""), *row.notes]
    return {"numbers": numbers, "notes": [plain(text) for text in remarks if text]}


def row_data(
    row: Row,
    cells: Sequence[Cell],
    curves: ArmCurves | None,
    analyses: Sequence[AnalysisTable],
    results: Results,
) -> dict[str, Any]:
    """Charts, tables and parameters of a row, from the stages of its ``cells``, one a seed."""
    charts = [
        reward_chart(curves),
        difficulty_chart(cells, row.split, results),
        histogram_chart(curves, cells, row.split, results),
    ]
    return {
        "charts": [chart for chart in charts if chart],
        "costs": cost_table(cells, results),
        "keys": key_table(cells),
        "identity": identities(cells[0], row.split, results),
        "identity_seed": cells[0].seed,
        "analyses": [table for each in analyses if (table := _analysis(each, row))],
    }


def _analysis(table: AnalysisTable, row: Row) -> dict[str, Any] | None:
    """The part of the table of an analysis that is about the arm of a row."""
    own = table.by_arm().get(row.arm)
    if own is None:
        return None
    shown = replace(table, rows=tuple(own)).over_seeds()
    facts = {name: value for name, value in shown.facts.items() if name not in Arm._fields}
    common, headings, cells = as_text(shown._replace(facts=facts), plain)
    if "strategy" in headings:
        place = headings.index("strategy")
        headings = headings[:place] + headings[place + 1 :]
        cells = [line[:place] + line[place + 1 :] for line in cells]
    return {"name": plain(table.name), "facts": common, "headings": headings, "rows": cells}
