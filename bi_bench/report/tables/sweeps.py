"""The table of a sweep: the parameters in which its arms differ, next to their scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bi_bench.report.content.row import Row, gain_points
from bi_bench.report.content.sweeps import Sweep, value_text
from bi_bench.report.tables.grid import Grid
from bi_bench.report.text import percent, points


def sweep_table(sweep: Sweep, rows: Sequence[Row]) -> Grid:
    """Headings and cells of one table: rows of the same evaluation, model and algorithm."""
    cells = [list(_cells(sweep, row)) for row in rows if row.strategy in sweep.arms]
    headings = ["arm", *sweep.parameters, "pre", "post", "gain", "final vs reference"]
    return Grid(headings, cells)


def _cells(sweep: Sweep, row: Row) -> Iterator[str]:
    yield row.strategy
    yield from (value_text(value) for value in sweep.arms[row.strategy].values())
    if row.greedy is None:
        yield from ("", "", f"refused: {row.refused}", "")
    else:
        yield from (percent(score.estimate) for score in (row.greedy.pre, row.greedy.post))
        yield from (gain_points(row.greedy), points(row.greedy.final_difference))
