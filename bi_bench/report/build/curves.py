"""What the figures draw beside the rows: rewards over RFT steps, and probe histograms."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from bi_bench.report.build.pairs import read_result
from bi_bench.report.data.cells import Arm, Cell, read_cells
from bi_bench.store import Store


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


def read_curves(record: Mapping[str, Any], store: Store) -> list[ArmCurves]:
    """The curves of every arm that has any, in the order of the run record."""
    arms: dict[Arm, list[Cell]] = {}
    for cell in read_cells(record, store):
        arms.setdefault(cell.arm, []).append(cell)
    curves = [_arm_curves(arm, cells, store) for arm, cells in arms.items()]
    return [each for each in curves if each.rewards or each.histogram]


def _arm_curves(arm: Arm, cells: Sequence[Cell], store: Store) -> ArmCurves:
    rewards = {
        cell.seed: _rewards(store.folder(cell.keys["rft"]) / "history.jsonl")
        for cell in cells
        if cell.done("rft")
    }
    before, after = (_histograms(role, cells, store) for role in ("probe", "probe-rft"))
    return ArmCurves(
        arm,
        {seed: values for seed, values in rewards.items() if values},
        _means(before),
        len(before),
        _means(after),
        len(after),
    )


def _histograms(role: str, cells: Sequence[Cell], store: Store) -> list[list[float]]:
    return [
        _shares(store.folder(cell.keys[role]) / "summary.json") for cell in cells if cell.done(role)
    ]


def _means(shares: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(bin_) for bin_ in zip(*shares, strict=True)]


def _rewards(file: Path) -> list[float]:
    """The reward of each step, phases one after the other; nothing where none was logged."""
    if not file.exists():
        return []
    rows = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [row["reward"] for row in rows if "reward" in row]


def _shares(file: Path) -> list[float]:
    summary = read_result(file)
    return [count / summary["problems"] for count in summary["histogram"]]
