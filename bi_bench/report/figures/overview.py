"""The picture of a suite: learning curves, accuracy before and after RFT, the probe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.data.cells import Arm
from bi_bench.report.figures.accuracy import accuracy_ends
from bi_bench.report.figures.dumbbells import dumbbell
from bi_bench.report.figures.rewards import bin_width, binned, mean_line
from bi_bench.report.figures.style import (
    DPI,
    LINES,
    NAME_WIDTH,
    RC,
    WIDTH,
    Style,
    save,
    settings_of,
    strategy_styles,
)
from bi_bench.report.text import plain, shorten

_LEGEND_WIDTH = 190  # characters


def draw_curves(report: Report, curves: Sequence[ArmCurves], file: Path) -> None:
    """Write a PNG, 1500 pixels wide, one colour and line style per arm.

    Left: mean reward against RFT step, the mean over seeds with a band from the lowest to the
    highest seed. Middle: greedy accuracy before and after RFT per arm and split, with its 95 %
    intervals. Right: share of probe problems by the share of their rollouts that are right.
    """
    import matplotlib
    from matplotlib.figure import Figure

    name = _namer(report, curves)
    arms = dict.fromkeys([*(each.arm for each in curves), *(row.arm for row in report.rows)])
    styles = _styles(list(arms))
    rows = [row for row in report.rows if row.greedy is not None]
    with matplotlib.rc_context(RC):
        height = max(5.0, 2.0 + 0.3 * len(rows) + 0.05 * len(styles))
        figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
        figure.suptitle(shorten(plain(report.suite), 100), fontsize=14)
        left, middle, right = figure.subplots(1, 3)
        _rewards(left, curves, styles)
        _accuracies(middle, rows, styles, name)
        middle.set_xlabel(f"greedy {report.score} (%)")
        _histograms(right, curves, styles)
        for axes in (left, middle, right):
            axes.spines[["top", "right"]].set_visible(False)
            axes.grid(alpha=0.25)
        handles = [
            left.plot([], [], **style.of_line, label=name(arm))[0] for arm, style in styles.items()
        ]
        if handles:
            columns = _LEGEND_WIDTH // (max(len(name(arm)) for arm in styles) + 8)
            figure.legend(handles=handles, loc="outside lower center", ncols=max(1, columns))
        save(figure, file)


def _rewards(axes: Any, curves: Sequence[ArmCurves], styles: dict[Arm, Style]) -> None:
    step = bin_width(curves)
    for each in curves:
        if not each.rewards:
            continue
        steps, table = binned(list(each.rewards.values()), step)
        look = {**styles[each.arm].of_line, "marker": "", "linewidth": 1.8}
        mean_line(axes, steps, table, 0.15, **look)
    each_point = f", each point the mean of {step}" if step > 1 else ""
    axes.set(xlabel=f"RFT step{each_point}", ylabel="mean reward per answer")
    axes.locator_params(axis="x", integer=True)
    axes.set_title("Reward during RFT (band: all seeds)", fontsize=11)
    if not any(each.rewards for each in curves):
        _nothing(axes, "no RFT is finished")


def _accuracies(
    axes: Any,
    rows: Sequence[Row],
    styles: dict[Arm, Style],
    name: Callable[[Arm], str],
) -> None:
    ticks, labels = [], []
    place = 0.0
    previous = None
    for row in rows:
        if row.greedy is None:
            continue
        if previous not in (None, (row.benchmark, row.split)):
            place += 0.6
        previous = (row.benchmark, row.split)
        dumbbell(axes, place, accuracy_ends(row), styles[row.arm])
        ticks.append(place)
        labels.append(f"{name(row.arm)} · {shorten(plain(row.split), 24)}")
        place += 1
    axes.set_yticks(ticks, labels)
    axes.invert_yaxis()
    axes.set_title("Before (hollow) and after RFT (filled), 95 % intervals", fontsize=11)
    if not ticks:
        _nothing(axes, "no cell is finished")


def _histograms(axes: Any, curves: Sequence[ArmCurves], styles: dict[Arm, Style]) -> None:
    for each in curves:
        if each.histogram:
            shares = 100 * np.asarray(each.histogram)
            accuracy = np.linspace(0, 100, len(shares))
            axes.plot(accuracy, shares, markersize=4, linewidth=1.5, **styles[each.arm].of_line)
    axes.set(xlabel="right rollouts of a problem (%)", ylabel="share of probe problems (%)")
    axes.set_ylim(bottom=0)
    axes.set_title("Probe of the SFT model, before RFT", fontsize=11)
    if not any(each.histogram for each in curves):
        _nothing(axes, "no probe is finished")


def _namer(report: Report, curves: Sequence[ArmCurves]) -> Callable[[Arm], str]:
    """Names an arm by its strategy, and by what else differs within the suite."""
    arms = {*(each.arm for each in curves), *(row.arm for row in report.rows)}
    order = ("strategy", "algorithm", "model", "benchmark")
    shown = [axis for axis in order if len({getattr(arm, axis) for arm in arms}) > 1]
    shown = shown if "strategy" in shown else ["strategy", *shown]

    def name(arm: Arm) -> str:
        return " · ".join(shorten(plain(getattr(arm, axis)), NAME_WIDTH) for axis in shown)

    return name


def _styles(arms: Sequence[Arm]) -> dict[Arm, Style]:
    """Colour and marker by strategy, line style by the benchmark, model and algorithm."""
    of_strategies = strategy_styles(arm.strategy for arm in arms)
    settings = settings_of(arms)
    return {
        arm: of_strategies[arm.strategy]._replace(
            line=LINES[settings.index(arm.setting) % len(LINES)]
        )
        for arm in arms
    }


def _nothing(axes: Any, text: str) -> None:
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color="0.4")
