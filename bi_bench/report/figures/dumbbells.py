"""Something before and after RFT: a hollow and a filled point for each arm, joined by a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bi_bench.report.content.row import Row
from bi_bench.report.figures.style import (
    Style,
    arm_name,
    entitle,
    panels,
    setting_namer,
    settings_of,
    strategy_legend,
)


class Ends(NamedTuple):
    """Each a value and its interval, (value, low, high), as the axis shows it."""

    pre: tuple[float, float, float]
    post: tuple[float, float, float]


def dumbbells(
    rows: Sequence[Row],
    styles: dict[str, Style],
    ends: Callable[[Row], Ends],
    label: str,
    floor: Callable[[Row], float] | None = None,
) -> Any:
    """A panel for each setting and evaluation; ``floor`` is a line across the panel."""
    from matplotlib.lines import Line2D

    name = setting_namer(settings_of(row.arm for row in rows))
    places = list(dict.fromkeys((row.arm.setting, row.split) for row in rows))
    splits = dict.fromkeys(row.split for row in rows)
    groups = [[r for r in rows if (r.arm.setting, r.split) == place] for place in places]
    height = 1.1 + 0.36 * max(map(len, groups))
    figure, grid = panels(len(places), min(3, len(splits)), height, legend=2, sharex=True)
    for axes, group, (setting, split) in zip(grid, groups, places, strict=True):
        for place, row in enumerate(group):
            dumbbell(axes, place, ends(row), styles[row.strategy])
        if floor is not None:
            axes.axvline(floor(group[0]), color="0.4", linestyle=":", linewidth=1.2)
        axes.set_yticks(range(len(group)), [arm_name(row.strategy) for row in group])
        axes.set_ylim(len(group) - 0.5, -0.5)
        axes.tick_params(axis="x", labelbottom=True)
        axes.set_xlabel(label)
        entitle(axes, name(setting), split)
    handles = [
        Line2D([], [], color="0.3", marker="o", markerfacecolor="white", label="before RFT"),
        Line2D([], [], color="0.3", marker="o", label="after RFT"),
    ]
    if floor is not None:
        handles.append(Line2D([], [], color="0.4", linestyle=":", label="best constant answer"))
    strategy_legend(figure, handles)
    return figure


def dumbbell(axes: Any, place: float, ends: Ends, style: Style) -> None:
    """Both points at the height ``place``, with their intervals."""
    shifts = (-0.13, 0.13)
    heights = [place + shift for shift in shifts]
    axes.plot([ends.pre[0], ends.post[0]], heights, color=style.colour, linewidth=1, alpha=0.5)
    for (value, low, high), height, fill in zip(ends, heights, ("white", None), strict=True):
        spread = [[max(0.0, value - low)], [max(0.0, high - value)]]
        axes.errorbar(
            *([value], [height]),
            xerr=spread if high > low else None,
            color=style.colour,
            marker=style.marker,
            markerfacecolor=fill or style.colour,
            markersize=6,
            capsize=2,
            linewidth=1.2,
        )
