"""Gain against a parameter, where arms of one strategy differ in that number alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.content.sweeps import Curve, value_text
from bi_bench.report.data.cells import Setting
from bi_bench.report.figures.style import (
    COLOURS,
    Drawn,
    entitle,
    panels,
    seeds_text,
    setting_namer,
    settings_of,
    strategy_legend,
)
from bi_bench.report.figures.tokens import in_points
from bi_bench.report.text import plain


def sweep(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """A panel for each curve and setting, a line for each evaluation."""
    rows = [row for row in report.rows if row.greedy is not None]
    name = setting_namer(settings_of(row.arm for row in rows))
    wanted = [
        (plugin, curve, setting)
        for plugin, curve in _curves(report)
        for setting in settings_of(row.arm for row in rows)
        if len(_along(curve, setting, rows)) > 1
    ]
    if not wanted:
        return None
    splits = list(dict.fromkeys(row.split for row in rows))
    figure, grid = panels(len(wanted), 3, 4.0, legend=len(splits), sharey=True)
    handles: dict[str, Any] = {}
    for axes, (plugin, curve, setting) in zip(grid, wanted, strict=True):
        axes.axhline(0, color="0.4", linewidth=1)
        for number, split in enumerate(splits):
            colour = COLOURS[number % len(COLOURS)]
            found = _along(curve, setting, [row for row in rows if row.split == split])
            if not found:
                continue
            gains = [in_points(row) for _, row in found]
            # Intervals of several evaluations would hide each other.
            shift = (number - (len(splits) - 1) / 2) * 0.012 * (max(curve.arms) - min(curve.arms))
            handles[split] = axes.errorbar(
                [value + shift for value, _ in found],
                [gain for gain, _ in gains],
                yerr=[[spread[side][0] for _, spread in gains] for side in (0, 1)],
                color=colour,
                marker="os^Dv"[number % 5],
                capsize=2,
                linewidth=1.4,
                label=plain(split),
            )
            if reference := _reference(report, setting, split):
                axes.axhline(in_points(reference)[0], color=colour, linestyle="--", linewidth=1)
        axes.set(xlabel=plain(f"{plugin}.{curve.parameter}"), ylabel="gain (points)")
        axes.tick_params(labelleft=True)
        entitle(
            axes, name(setting), ", ".join(f"{k} {value_text(v)}" for k, v in curve.fixed.items())
        )
    strategy_legend(figure, list(handles.values()))
    seeds = seeds_text(len(row.seeds) for row in rows)
    caption = (
        f"Gain in greedy {report.score}, in points with 95 % intervals, over one parameter with all others "
        f"equal; {seeds}. Dashed: the reference arm, {plain(report.reference)}."
    )
    return Drawn(figure, caption)


def _curves(report: Report) -> list[tuple[str, Curve]]:
    return [(each.plugin, curve) for each in report.sweeps for curve in each.curves()]


def _along(curve: Curve, setting: Setting, rows: Sequence[Row]) -> list[tuple[float, Row]]:
    """The rows of a setting on this curve with their values, sorted by these."""
    own = {row.strategy: row for row in rows if row.arm.setting == setting}
    return [(value, own[label]) for value, label in curve.arms.items() if label in own]


def _reference(report: Report, setting: Setting, split: str) -> Row | None:
    for row in report.rows:
        own = row.split == split and row.arm.setting == setting
        if own and row.is_reference and row.greedy:
            return row
    return None
