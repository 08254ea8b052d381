"""Makes charts as plain data: series of numbers, labels of the axes, and a caption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.role import Evaluation
from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.row import Row, score_name
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results

_POINTS = 240
_WHEN: Mapping[Evaluation, str] = {"pre": "before RFT", "post": "after RFT"}

Chart = dict[str, Any]


def reward_chart(curves: ArmCurves | None) -> Chart | None:
    """Mean reward per RFT step, a line a seed and their mean."""
    if curves is None or not curves.rewards:
        return None
    shortest, longest = (f(map(len, curves.rewards.values())) for f in (min, max))
    width = -(-longest // _POINTS)
    series = [
        _line(f"seed {seed}", _binned(values, width), width)
        for seed, values in curves.rewards.items()
    ]
    caption = "Mean reward per rollout through RFT"
    if len(series) > 1:
        means = [fmean(step) for step in zip(*curves.rewards.values(), strict=False)][:shortest]
        series.append({**_line("mean", _binned(means, width), width), "strong": True})
        caption += ", a line for each seed and their mean"
    if width > 1:
        caption += f"; each point is the mean of {width} steps"
    return _chart("lines", "Reward", caption, "RFT step", "mean reward", series)


def difficulty_chart(cells: Sequence[Cell], split: str, results: Results) -> Chart | None:
    """Greedy scores before and after RFT by the number of operations a problem needs."""
    series, score = [], "accuracy"
    for when, name in _WHEN.items():
        found: dict[int, list[float]] = {}
        for outcomes in results.evaluated(cells, when, split):
            score = "score" if outcomes.partial else score
            for ops, credit in zip(outcomes.ops, outcomes.credit, strict=False):
                if ops is not None:
                    found.setdefault(ops, []).append(credit)
        levels = sorted(found)
        shares = [100 * fmean(found[ops]) for ops in levels]
        counts = [len(found[ops]) for ops in levels]
        series.append({"name": name, "x": levels, "y": shares, "text": _counted(counts)})
    if len(series[0]["x"]) < 2:
        return None
    caption = f"Greedy {score} by the operations that a problem needs, over all seeds"
    return _chart("bars", "Difficulty", caption, "operations", f"{score} (%)", series)


def histogram_chart(
    curves: ArmCurves | None, cells: Sequence[Cell], split: str, results: Results
) -> Chart | None:
    """Problems by the share of their rollouts that are right, before and after RFT."""
    if curves is not None and curves.histogram and curves.after:
        caption = "Problems of the probe by the share of their rollouts that are right"
        shares = {"before RFT": curves.histogram, "after RFT": curves.after}
    else:
        caption = f"Problems of {split} by the share of their sampled answers that are right"
        shares = {
            name: _sampled_shares(results.evaluated(cells, when, split))
            for when, name in _WHEN.items()
        }
    if not all(shares.values()):
        return None
    series = [
        {
            "name": name,
            "x": [round(100 * n / (len(bins) - 1), 1) for n in range(len(bins))],
            "y": [100 * share for share in bins],
        }
        for name, bins in shares.items()
    ]
    return _chart("bars", "Rollout accuracy", caption, "right rollouts (%)", "problems (%)", series)


def cost_chart(rows: Sequence[Row], marks: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Gain against generated tokens of arms with the same evaluation; ``marks`` names them."""
    series = []
    for row, mark in zip(rows, marks, strict=True):
        if row.greedy is not None and row.costs.tokens_generated:
            gain = row.greedy.gain
            numbers = {"y": gain.estimate, "low": gain.low, "high": gain.high}
            series.append(
                {**mark, "x": [row.costs.tokens_generated]}
                | {key: [round(100 * value, 2)] for key, value in numbers.items()}
            )
    if not series:
        return None
    caption = (
        f"Gain in greedy {score_name(rows)} with 95 % intervals against the tokens that a cell generated in "
        "its probes, RFT and evaluations"
    )
    title = f"Gain against cost: {rows[0].evaluation}"
    return _chart("points", title, caption, "tokens generated", "gain (points)", series)


def _chart(
    kind: str, title: str, caption: str, x: str, y: str, series: Sequence[Mapping[str, Any]]
) -> Chart:
    return {
        "kind": kind,
        "title": title,
        "caption": f"{caption}.",
        "x": x,
        "y": y,
        "series": list(series),
    }


def _line(name: str, values: Sequence[float], width: int) -> dict[str, Any]:
    steps = [round(n * width + (width + 1) / 2, 1) for n in range(len(values))]
    return {"name": name, "x": steps, "y": [round(value, 4) for value in values]}


def _binned(values: Sequence[float], width: int) -> list[float]:
    return [fmean(values[n : n + width]) for n in range(0, len(values), width)]


def _counted(counts: Sequence[int]) -> list[str]:
    return [f"{count} answers" for count in counts]


def _sampled_shares(evaluations: Sequence[Outcomes]) -> list[float]:
    """The share of problems with 0, 1, ... right among the sampled answers, over all seeds."""
    counts: list[int] = []
    for outcomes in evaluations:
        if outcomes.samples:
            counts = counts or [0] * (outcomes.samples + 1)
            for right in map(sum, outcomes.sampled):
                counts[right] += 1
    return [count / sum(counts) for count in counts] if sum(counts) else []
