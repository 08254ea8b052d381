"""Reads the curves that figures draw: rewards over RFT steps, and probe histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from bi_bench.artifacts.history import rewards
from bi_bench.artifacts.probe import ProbeSummary
from bi_bench.artifacts.role import PROBE, PROBE_RFT, RFT
from bi_bench.report.data.cells import Arm, Cell
from bi_bench.report.data.results import Results


@dataclass(frozen=True)
class ArmCurves:
    """Training of one arm: mean reward per RFT step, one list a seed; probe shares by accuracy.

    ``histogram`` holds the share of probe problems with 0, 1, ... all rollouts right, as a mean
    over ``probes`` seeds; empty without a probe. ``after`` is the same of ``probes_after`` probes
    of the model after RFT, which only some analyses ask for.
    """

    arm: Arm
    rewards: Mapping[int, Sequence[float]]
    histogram: Sequence[float]
    probes: int = 0
    after: Sequence[float] = ()
    probes_after: int = 0


def read_curves(results: Results) -> list[ArmCurves]:
    """The curves of every arm that has any, in the order of the run record."""
    curves = [_arm_curves(arm, cells, results) for arm, cells in results.arms().items()]
    return [each for each in curves if each.rewards or each.histogram]


def _arm_curves(arm: Arm, cells: Sequence[Cell], results: Results) -> ArmCurves:
    logged = {cell.seed: results.history(cell.keys[RFT]) for cell in cells if cell.done(RFT)}
    before, after = (
        [results.artifact(ProbeSummary, key).shares for key in results.done(cells, role)]
        for role in (PROBE, PROBE_RFT)
    )
    return ArmCurves(
        arm,
        {seed: found for seed, history in logged.items() if (found := rewards(history))},
        _means(before),
        len(before),
        _means(after),
        len(after),
    )


def _means(shares: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(bin_) for bin_ in zip(*shares, strict=True)]
