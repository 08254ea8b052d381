"""The length of answers before and after RFT."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.figures.dumbbells import Ends, dumbbells
from bi_bench.report.figures.style import Drawn, seeds_text, strategy_styles


def lengths(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """Mean tokens an answer; there are no intervals of them."""
    if not report.rows:
        return None
    styles = strategy_styles(row.strategy for row in report.rows)
    figure = dumbbells(report.rows, styles, _ends, "tokens an answer")
    seeds = seeds_text(len(row.seeds) for row in report.rows)
    caption = (
        "Mean length of an answer in tokens, greedy and sampled ones, before and after RFT; "
        f"{seeds}."
    )
    return Drawn(figure, caption)


def _ends(row: Row) -> Ends:
    pre, post = row.pre_answers.tokens, row.post_answers.tokens
    return Ends((pre, pre, pre), (post, post, post))
