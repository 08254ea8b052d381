"""The distribution of rollout accuracy over the problems of the probe, a panel for each arm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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


def rollouts(report: Report, curves: Sequence[ArmCurves]) -> Drawn | None:
    """Bars for the SFT model, an outline for the model after RFT where it was probed too."""
    from matplotlib.patches import Patch

    drawn = [each for each in curves if each.histogram]
    if not drawn:
        return None
    styles = strategy_styles(each.arm.strategy for each in curves)
    name = setting_namer(settings_of(each.arm for each in drawn))
    columns = 4 if len(drawn) > 4 else len(drawn)
    figure, grid = panels(len(drawn), columns, 2.9, legend=1, sharey=True, sharex=True)
    for number, (axes, each) in enumerate(zip(grid, drawn, strict=True)):
        colour = styles[each.arm.strategy].colour
        shares = 100 * np.asarray(each.histogram)
        places, width = _bins(len(shares))
        axes.bar(places, shares, 0.9 * width, color=colour, alpha=0.6)
        between = _informative(each.histogram)
        if each.after:
            places, width = _bins(len(each.after))
            edges = np.append(places - width / 2, places[-1] + width / 2)
            axes.stairs(100 * np.asarray(each.after), edges, color="black", linewidth=1.2)
            between += f" → {_informative(each.after)}"
        entitle(axes, arm_name(each.arm.strategy), name(each.arm.setting))
        axes.text(
            *(0.5, 0.97, f"0 < accuracy < 1: {between} %"),
            transform=axes.transAxes,
            ha="center",
            va="top",
            fontsize=9,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1},
        )
        axes.margins(y=0.18)
        if number + columns >= len(drawn):
            axes.set_xlabel("right rollouts of a problem (%)")
            axes.tick_params(labelbottom=True)
        if number % columns == 0:
            axes.set_ylabel("share of problems (%)")
    handles = [Patch(facecolor="0.5", alpha=0.6, label="SFT model, before RFT")]
    if any(each.after for each in drawn):
        handles.append(Patch(facecolor="none", edgecolor="black", label="after RFT"))
    strategy_legend(figure, handles)
    seeds = seeds_text(each.probes for each in drawn)
    caption = (
        "Problems of the probe by the share of their rollouts that are right, and the share of "
        f"problems with some but not all of them right; {seeds}."
    )
    return Drawn(figure, caption)


def _bins(number: int) -> tuple[np.ndarray, float]:
    return np.linspace(0, 100, number), 100 / (number - 1)


def _informative(histogram: Sequence[float]) -> str:
    return f"{100 * sum(histogram[1:-1]):.0f}"
