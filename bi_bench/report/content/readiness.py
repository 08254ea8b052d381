"""Compares measurements of SFT models before RFT with their gains, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from bi_bench.artifacts import role as roles
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.role import PROBE, RFT, SFT
from bi_bench.report.content.analyses import AnalysisTable
from bi_bench.report.content.row import evaluation
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results
from bi_bench.stats import RankCorrelation, pass_at_k, rank_correlation

# The one to beat: models that start low have more to gain.
TRIVIAL = "minus the pre score"
OUTCOMES = ("gain", "final")


@dataclass(frozen=True)
class Point:
    """One cell on one split: its predictors, and gain and final score, greedy, as shares.

    Cells with the same ``model``, the content key of their SFT, share all that is random in it.
    """

    arm: Arm
    seed: int
    split: str
    model: str
    predictors: Mapping[str, float]
    gain: float
    final: float

    @property
    def comparison(self) -> str:
        """The evaluation and the algorithm: cells are comparable within both."""
        return f"{evaluation(self.arm.benchmark, self.split)} · {self.arm.algorithm}"


@dataclass(frozen=True)
class Prediction:
    """The rank correlations of one predictor in one comparison; None where there is none."""

    comparison: str
    predictor: str
    gain: RankCorrelation | None
    final: RankCorrelation | None


def read_points(results: Results, analyses: Sequence[AnalysisTable]) -> list[Point]:
    """Every finished cell and split, in the order of the run record."""
    measured = _measured(analyses, set(results.splits))
    points = []
    for cell in results.cells:
        known = {**_probed(cell, results), **measured.get((cell.arm, cell.seed), {})}
        for split in cell.about("pre"):
            if not cell.done(SFT, RFT, roles.pre(split), roles.post(split)):
                continue
            pre, post = (fmean(outcomes.credit) for outcomes in results.pair(cell, split))
            predictors = {**known, TRIVIAL: -pre}
            points.append(
                Point(
                    *(cell.arm, cell.seed, split, cell.keys[SFT], predictors),
                    gain=post - pre,
                    final=post,
                )
            )
    return points


def predictions(points: Sequence[Point]) -> list[Prediction]:
    """Every predictor against gain and final score, within each comparison, the trivial one first.

    Left out are those that are the same for all cells, and second names for the same numbers.
    """
    found = []
    for place in dict.fromkeys(point.comparison for point in points):
        here = [point for point in points if point.comparison == place]
        names = dict.fromkeys(name for point in here for name in point.predictors)
        seen: set[tuple[float | None, ...]] = set()
        for name in sorted(names, key=lambda name: name != TRIVIAL):
            values = tuple(point.predictors.get(name) for point in here)
            if values in seen or (len(here) > 1 and len(set(values)) == 1):
                continue
            seen.add(values)
            have = [point for point in here if name in point.predictors]
            found.append(Prediction(place, name, *(_correlation(have, name, o) for o in OUTCOMES)))
    return found


def _correlation(points: Sequence[Point], name: str, outcome: str) -> RankCorrelation | None:
    return rank_correlation(
        [point.predictors[name] for point in points],
        [getattr(point, outcome) for point in points],
        [point.model for point in points],
    )


def _probed(cell: Cell, results: Results) -> dict[str, float]:
    """The predictors from the probe of the SFT model, whose problems are a separate split."""
    if not cell.done(PROBE):
        return {}
    summary = results.artifact(ProbeSummary, cell.keys[PROBE])
    k = max(1, summary.samples // 2)
    credit = {} if summary.score is None else {"probe: score": summary.score}
    return credit | {
        "probe: accuracy": summary.accuracy,
        "probe: informative": summary.informative,
        "probe: spread": summary.spread,
        f"probe: pass@{k}": fmean(pass_at_k(n, summary.samples, k) for n in summary.right),
    }


def _measured(
    analyses: Sequence[AnalysisTable], evaluated: set[str]
) -> dict[tuple[Arm, int], dict[str, float]]:
    """The predictors from analyses of the checkpoint "sft", a number for each cell.

    Left out is what was measured on a split that is evaluated: a predictor must not have seen the
    problems of the gain.
    """
    found: dict[tuple[Arm, int], dict[str, float]] = {}
    for table in analyses:
        groups: dict[tuple[Arm, int], list[Mapping[str, Any]]] = {}
        for arm, rows in table.by_arm().items():
            for row in rows:
                if row.get("checkpoint") == "sft" and row.get("split") not in evaluated:
                    groups.setdefault((arm, row["seed"]), []).append(row)
        for place, rows in groups.items():
            if len(rows) == 1:
                found.setdefault(place, {}).update(_numbers(table.name, rows[0]))
    return found


def _numbers(name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for column, value in row.items():
        if isinstance(value, float):
            yield f"{name}: {column}", value
