"""Mean training reward through RFT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
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

_POINTS = 60


def rewards(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """One panel a setting, one line a strategy: the mean over seeds, the band all seeds."""
    drawn = [each for each in curves if each.rewards]
    if not drawn:
        return None
    settings = settings_of(each.arm for each in drawn)
    styles = strategy_styles(each.arm.strategy for each in curves)
    name = setting_namer(settings)
    step = bin_width(drawn)
    figure, grid = panels(len(settings), 3, 4.0, legend=len(styles), sharey=True)
    handles: dict[str, Any] = {}
    for axes, setting in zip(grid, settings, strict=True):
        for each in drawn:
            if each.arm.setting != setting:
                continue
            style = styles[each.arm.strategy]
            steps, table = binned(list(each.rewards.values()), step)
            # A marker now and then tells lines of one colour apart without hiding them.
            marks = {"markevery": max(1, len(steps) // 8), "markersize": 4}
            look: dict[str, Any] = {**style.of_line, **marks, "linewidth": 1.6}
            look["label"] = arm_name(each.arm.strategy)
            line = mean_line(axes, steps, table, 0.12, **look)
            handles.setdefault(each.arm.strategy, line)
        axes.set_xlabel("RFT step")
        axes.set_xlim(left=0)
        axes.locator_params(axis="x", integer=True)
        entitle(axes, name(setting))
    grid[0].set_ylabel("mean reward per answer")
    strategy_legend(figure, list(handles.values()))
    seeds = seeds_text(len(each.rewards) for each in drawn)
    band = ""
    if any(len(each.rewards) > 1 for each in drawn):
        band = ", the band from the lowest to the highest"
    points = f" Each point is the mean of {step} steps." if step > 1 else ""
    caption = f"Mean reward per rollout against the RFT step; {seeds}{band}.{points}"
    return Drawn(figure, caption)


def mean_line(
    axes: Any, steps: NDArray[Any], table: NDArray[Any], alpha: float, **look: Any
) -> Any:
    """The mean of ``table`` [seeds, steps] as a line, with a band of this ``alpha`` over all seeds."""
    (line,) = axes.plot(steps, table.mean(axis=0), **look)
    if len(table) > 1:
        low, high = table.min(axis=0), table.max(axis=0)
        axes.fill_between(steps, low, high, color=look["color"], alpha=alpha, linewidth=0)
    return line


def bin_width(curves: Sequence[ArmCurves]) -> int:
    """The number of steps that a point averages, for about sixty points at most."""
    longest = max((len(v) for each in curves for v in each.rewards.values()), default=0)
    return max(1, longest // _POINTS)


def binned(rewards: Sequence[Sequence[float]], step: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Steps and means over ``step`` steps, [seeds, points], as far as the shortest seed goes."""
    length = min(map(len, rewards))
    points = length // step
    table = np.asarray([values[: points * step] for values in rewards], dtype=np.float64)
    steps = np.arange(points) * step + (step + 1) / 2
    return steps, table.reshape(len(rewards), points, step).mean(axis=2)
