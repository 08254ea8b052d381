"""Greedy accuracy before and after RFT."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.figures.dumbbells import Ends, dumbbells
from bi_bench.report.figures.style import Drawn, seeds_text, strategy_styles


def accuracy(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """Both scores with their intervals, and the accuracy of the best constant answer."""
    rows = [row for row in report.rows if row.greedy is not None]
    if not rows:
        return None
    styles = strategy_styles(row.strategy for row in report.rows)
    figure = dumbbells(
        rows, styles, accuracy_ends, f"greedy {report.score} (%)", floor=lambda row: 100 * row.floor
    )
    seeds = seeds_text(len(row.seeds) for row in rows)
    caption = (
        f"Greedy {report.score} before and after RFT, {seeds}, with 95 % intervals, and the accuracy of "
        "always giving the best constant answer."
    )
    return Drawn(figure, caption)


def accuracy_ends(row: Row) -> Ends:
    """The greedy accuracy of a row that has scores, in %."""
    assert row.greedy is not None
    pre, post = (
        (100 * score.estimate, 100 * score.low, 100 * score.high)
        for score in (row.greedy.pre, row.greedy.post)
    )
    return Ends(pre, post)
