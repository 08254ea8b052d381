"""Gains held against those of a random reward, which teaches nothing about the problems."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from bi_bench.report.cells import Arm
from bi_bench.report.outcomes import IdentityMismatch, Pair, check_against
from bi_bench.report.row import Row
from bi_bench.report.scores import compare


def against_random(
    row: Row, arm: Arm, arms: Mapping[Arm, Mapping[int, Pair]], algorithms: Collection[str]
) -> Row:
    """The row with its gain minus that of the same arm under a random reward, greedy.

    ``algorithms`` are the labels of those with a random reward; the first that the suite ran on
    this benchmark, model and strategy counts. Unchanged where there is none, or nothing to compare.
    """
    if row.greedy is None or arm.algorithm in algorithms:
        return row
    null = next((arms[a] for a in (arm._replace(algorithm=n) for n in algorithms) if a in arms), {})
    common = {seed: pair for seed, pair in arms[arm].items() if seed in null}
    if not common:
        return row
    try:
        check_against(common, null)
    except IdentityMismatch as mismatch:
        return replace(row, notes=(*row.notes, f"no contrast with the random reward: {mismatch}"))
    difference = compare(row.greedy, common, null, "greedy").gain_difference
    return replace(row, over_random=difference)


def random_rewards(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The labels of the algorithms of a run whose reward is random; none in records from before."""
    rewards: Mapping[str, list[str]] = record["suite"].get("rewards", {})
    return tuple(label for label, used in rewards.items() if used == ["random"])
