"""Readiness as plain data for a page: a table of correlations and the points behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.report.content.readiness import TRIVIAL, Point, predictions
from bi_bench.report.data.cells import Arm
from bi_bench.report.text import plain
from bi_bench.stats import CLUSTERS_FOR_A_CORRELATION, RankCorrelation


def readiness_data(points: Sequence[Point], ids: Mapping[tuple[Arm, str], str]) -> dict[str, Any]:
    """For each evaluation and algorithm its predictors, each with correlations and one point a cell.

    ``ids`` gives the row of the leaderboard for an arm and split.
    """
    evaluations: dict[str, dict[str, Any]] = {}
    for each in predictions(points):
        here = evaluations.setdefault(
            each.comparison, {"name": plain(each.comparison), "predictors": []}
        )
        having = [
            point
            for point in points
            if point.comparison == each.comparison and each.predictor in point.predictors
        ]
        shown = [
            [
                _rounded(point.predictors[each.predictor]),
                round(100 * point.gain, 2),
                round(100 * point.final, 2),
                plain(f"{point.arm.strategy} · {point.arm.algorithm} · seed {point.seed}"),
                plain(point.arm.strategy),
                ids.get((point.arm, point.split), ""),
            ]
            for point in having
        ]
        models = len({point.model for point in having})
        here["predictors"].append(
            {
                "name": plain(each.predictor),
                "gain": _text(each.gain, models),
                "final": _text(each.final, models),
                "trivial": each.predictor == TRIVIAL,
                "cells": len(shown),
                "models": models,
                "points": shown,
            }
        )
    return {"evaluations": list(evaluations.values())}


def _text(found: RankCorrelation | None, models: int) -> str:
    if found is None:
        few = models < CLUSTERS_FOR_A_CORRELATION
        return f"fewer than {CLUSTERS_FOR_A_CORRELATION} SFT models" if few else "nothing to order"
    return f"{found.estimate + 0.0:+.2f} [{found.low:.2f}, {found.high:.2f}]"


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
