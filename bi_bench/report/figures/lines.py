"""The table of an analysis as lines over one of its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bi_bench.api import Lines
from bi_bench.report.content.analyses import AnalysisTable
from bi_bench.report.figures.measured import (
    Rows,
    distinct,
    having,
    is_number,
    seed_counts,
    seed_means,
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


def draw_lines(table: AnalysisTable, lines: Lines) -> Drawn | None:
    """A panel for each setting, column and value of ``panels``; the band reaches over all seeds."""
    arms = table.by_arm()
    columns = [
        name for name in lines.values if any(seed_means(rows, name) for rows in arms.values())
    ]
    values = distinct(table.rows, lines.x)
    parts = distinct(table.rows, lines.panels) if lines.panels else [None]
    if not columns or not values or not parts:
        return None
    places, ticks = _places(values)
    settings = settings_of(arms)
    styles = strategy_styles(arm.strategy for arm in arms)
    name = setting_namer(settings)
    facets = [(column, part) for column in columns for part in parts]
    across = len(facets) if len(facets) <= 3 else 4 if len(facets) == 4 else 3
    wanted = [(setting, *facet) for setting in settings for facet in facets]
    share = {"sharey": len(columns) == 1}
    figure, grid = panels(len(wanted), across, 3.6, legend=len(styles), **share)
    handles: dict[str, Any] = {}
    for number, (axes, (setting, column, part)) in enumerate(zip(grid, wanted, strict=True)):
        for arm, rows in arms.items():
            if arm.setting != setting:
                continue
            series = _series(having(rows, lines.panels, part), lines.x, column, places)
            if series:
                handles[arm.strategy] = _line(axes, series, styles[arm.strategy], arm.strategy)
        if ticks:
            axes.set_xticks(range(len(ticks)), ticks, rotation=30 if len(ticks) > 6 else 0)
        else:
            axes.locator_params(axis="x", integer=all(float(v).is_integer() for v in values))
        axes.set_xlabel(lines.axis or lines.x)
        if number % across == 0 or len(columns) > 1:
            axes.set_ylabel(lines.values[column])
        entitle(axes, name(setting), "" if part is None else str(part))
    strategy_legend(figure, [handles[s] for s in styles if s in handles])
    counts = seed_counts(table)
    band = ", the band from the lowest to the highest" if max(counts) > 1 else ""
    return Drawn(figure, f"{lines.caption} Shown: {seeds_text(counts)}{band}.".strip())


def _places(values: Sequence[Any]) -> tuple[dict[Any, float], list[str]]:
    """The place of each value on the axis; texts are its ticks, in their order."""
    if all(map(is_number, values)):
        return {value: float(value) for value in values}, []
    ticks = [shorten(plain(str(value)), 12) for value in values]
    return {value: float(place) for place, value in enumerate(values)}, ticks


def _series(
    rows: Rows, x: str, column: str, places: Mapping[Any, float]
) -> dict[float, list[float]]:
    """The numbers of all seeds by their place on the axis, places in order."""
    found = {
        place: list(seed_means(having(rows, x, value), column).values())
        for value, place in places.items()
    }
    return {place: found[place] for place in sorted(found) if found[place]}


def _line(axes: Any, series: Mapping[float, list[float]], style: Style, strategy: str) -> Any:
    xs = list(series)
    (line,) = axes.plot(
        *(xs, [np.mean(values) for values in series.values()]),
        color=style.colour,
        linestyle=style.line,
        marker=style.marker,
        markersize=5,
        linewidth=1.5,
        label=arm_name(strategy),
    )
    low, high = ([end(values) for values in series.values()] for end in (min, max))
    axes.fill_between(xs, low, high, color=style.colour, alpha=0.12, linewidth=0)
    return line
