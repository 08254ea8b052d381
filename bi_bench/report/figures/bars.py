"""The table of an analysis as bars, in groups by one of its columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from bi_bench.api import Bars
from bi_bench.report.content.analyses import AnalysisTable
from bi_bench.report.figures.measured import (
    distinct,
    having,
    seed_counts,
    seed_means,
    single_values,
)
from bi_bench.report.figures.style import (
    Drawn,
    Style,
    arm_name,
    entitle,
    panels,
    seeds_text,
    setting_namer,
    settings_of,
    strategy_legend,
    strategy_styles,
)
from bi_bench.report.text import plain, shorten

# So many bars can be told apart across the whole width.
_BARS_ACROSS = 96


def draw_bars(table: AnalysisTable, bars: Bars) -> Drawn | None:
    """A panel for each setting and column; a bar is a mean over seeds, a dot one seed."""
    from matplotlib.patches import Patch

    arms = table.by_arm()
    columns = [
        name for name in bars.values if any(seed_means(rows, name) for rows in arms.values())
    ]
    groups = distinct(table.rows, bars.groups)
    if not columns or not groups:
        return None
    settings = settings_of(arms)
    dots = max(seed_counts(table)) > 1
    styles = strategy_styles(arm.strategy for arm in arms)
    name = setting_namer(settings)
    wanted = [(setting, column) for setting in settings for column in columns]
    across = max(1, min(3, len(columns), _BARS_ACROSS // (len(groups) * len(styles))))
    figure, grid = panels(len(wanted), across, 3.2, legend=len(styles))
    for axes, (setting, column) in zip(grid, wanted, strict=True):
        own = {arm.strategy: rows for arm, rows in arms.items() if arm.setting == setting}
        width = 0.8 / len(own)
        for number, (strategy, rows) in enumerate(own.items()):
            for place, group in enumerate(groups):
                x = place + (number - (len(own) - 1) / 2) * width
                found = having(rows, bars.groups, group)
                values = list(seed_means(found, column).values())
                singles = single_values(found, bars.spread.get(column, ""))
                _bar(axes, x, width, values, singles, styles[strategy], dots)
        axes.axhline(0, color="0.4", linewidth=1)
        axes.set_xlim(-0.5, len(groups) - 0.5)
        if axes.dataLim.y0 >= 0:
            axes.set_ylim(0, None if axes.dataLim.y1 > 0 else 1)
        axes.grid(visible=False, axis="x")
        axes.set_xticks(range(len(groups)), [shorten(plain(str(group)), 16) for group in groups])
        axes.set_ylabel(bars.values[column])
        entitle(axes, name(setting))
    handles = [
        Patch(
            facecolor=style.colour, hatch=style.hatch, edgecolor="white", label=arm_name(strategy)
        )
        for strategy, style in styles.items()
    ]
    strategy_legend(figure, handles)
    return Drawn(figure, _caption(table, bars, dots))


def _bar(
    axes: Any,
    x: float,
    width: float,
    values: list[float],
    singles: list[float],
    style: Style,
    dots: bool,
) -> None:
    if not values:
        # A bar of height zero would look the same.
        axes.plot([x], [0], "x", color="0.5", markersize=4, clip_on=False)
        return
    look = {"color": style.colour, "hatch": style.hatch, "edgecolor": "white"}
    axes.bar(x, np.mean(values), 0.9 * width, alpha=0.75, linewidth=0, **look)
    if singles:
        low, high = np.quantile(singles, (0.25, 0.75))
        axes.plot([x, x], [low, high], color="black", linewidth=1.2)
    if dots:
        axes.plot([x] * len(values), values, "o", color="black", markersize=3, alpha=0.7)


def _caption(table: AnalysisTable, bars: Bars, dots: bool) -> str:
    seeds = " A dot is one seed." if dots else ""
    lines = " A line spans the middle half of the single values." if bars.spread else ""
    means = f"Shown: {seeds_text(seed_counts(table))}; a cross stands where there is no number."
    return f"{bars.caption} {means}{seeds}{lines}".strip()
