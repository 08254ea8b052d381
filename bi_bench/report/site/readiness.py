"""Readiness as plain data for a page: a table of correlations and the points behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.report.readiness import TRIVIAL, Point, predictions
from bi_bench.report.text import plain
from bi_bench.stats import RankCorrelation


def readiness_data(points: Sequence[Point], ids: Mapping[tuple[Any, ...], str]) -> dict[str, Any]:
    """For each evaluation its predictors, each with correlations and one point a cell.

    ``ids`` gives the row of the leaderboard for an arm and split.
    """
    evaluations: dict[str, dict[str, Any]] = {}
    for each in predictions(points):
        here = evaluations.setdefault(
            each.evaluation, {"name": plain(each.evaluation), "predictors": []}
        )
        shown = [
            [
                _rounded(point.predictors[each.predictor]),
                round(100 * point.gain, 2),
                round(100 * point.final, 2),
                plain(f"{point.arm.strategy} · {point.arm.algorithm} · seed {point.seed}"),
                plain(point.arm.strategy),
                ids.get((*point.arm, point.split), ""),
            ]
            for point in points
            if point.evaluation == each.evaluation and each.predictor in point.predictors
        ]
        here["predictors"].append(
            {
                "name": plain(each.predictor),
                "gain": _text(each.gain),
                "final": _text(each.final),
                "trivial": each.predictor == TRIVIAL,
                "cells": len(shown),
                "models": len({p.model for p in points if p.evaluation == each.evaluation}),
                "points": shown,
            }
        )
    return {"evaluations": list(evaluations.values())}


def _text(found: RankCorrelation | None) -> str:
    if found is None:
        return "too few cells"
    estimate = f"{found.estimate + 0.0:+.2f}"
    if found.low is None or found.high is None:
        return f"{estimate} (no interval: {found.clusters} SFT models)"
    return f"{estimate} [{found.low:.2f}, {found.high:.2f}]"


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
