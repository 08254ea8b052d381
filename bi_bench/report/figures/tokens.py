"""Gain against generated tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.figures.style import (
    Drawn,
    arm_name,
    entitle,
    panels,
    seeds_text,
    setting_namer,
    settings_of,
    strategy_legend,
    strategy_styles,
)
from bi_bench.report.text import amount
from bi_bench.stats import Contrast


def tokens(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """A panel for each setting and evaluation, a point for each arm."""
    rows = [row for row in report.rows if row.greedy is not None and row.costs.tokens_generated]
    if not rows:
        return None
    styles = strategy_styles(row.strategy for row in report.rows)
    name = setting_namer(settings_of(row.arm for row in rows))
    places = list(dict.fromkeys((row.arm.setting, row.split) for row in rows))
    splits = dict.fromkeys(row.split for row in rows)
    figure, grid = panels(
        len(places), min(3, len(splits)), 3.6, legend=len(styles), sharex=True, sharey=True
    )
    handles: dict[str, Any] = {}
    for axes, (setting, split) in zip(grid, places, strict=True):
        axes.axhline(0, color="0.4", linewidth=1)
        for row in rows:
            if (row.arm.setting, row.split) != (setting, split):
                continue
            style = styles[row.strategy]
            value, spread = in_points(row)
            handles[row.strategy] = axes.errorbar(
                *([row.costs.tokens_generated], [value]),
                yerr=spread,
                color=style.colour,
                marker=style.marker,
                markersize=7,
                linestyle=style.line,
                capsize=2,
                linewidth=1.2,
                label=arm_name(row.strategy),
            )
        axes.xaxis.set_major_formatter(lambda value, _: amount(max(0, value)))
        axes.xaxis.set_major_locator(_few_ticks())
        axes.tick_params(axis="both", labelbottom=True, labelleft=True)
        axes.margins(x=0.08)
        axes.set(xlabel="tokens generated in a cell", ylabel="gain (points)")
        entitle(axes, name(setting), split)
    strategy_legend(figure, list(handles.values()))
    seeds = seeds_text(len(row.seeds) for row in rows)
    caption = (
        f"Gain in greedy {report.score}, in points with 95 % intervals, against the tokens that a cell "
        f"generated in its probes, RFT and evaluations; {seeds}."
    )
    return Drawn(figure, caption)


def in_points(row: Row) -> tuple[float, list[list[float]]]:
    """The gain of a row and how far its interval reaches down and up, for ``errorbar``."""
    assert row.greedy is not None
    gain: Contrast = row.greedy.gain
    down, up = gain.estimate - gain.low, gain.high - gain.estimate
    return 100 * gain.estimate, [[100 * max(0.0, down)], [100 * max(0.0, up)]]


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)
