"""Compares gains with those under a random reward, which teaches nothing about the problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from bi_bench.artifacts.run_record import SuiteRecord
from bi_bench.report.content.pairs import IdentityMismatch, check_against
from bi_bench.report.content.row import Row
from bi_bench.report.content.scores import compare
from bi_bench.report.data.cells import Arm
from bi_bench.report.data.results import Pair


class Nulls(NamedTuple):
    """Labels of the algorithms with a random reward; ``runs`` has those that are named by their run."""

    random: tuple[str, ...]
    runs: Mapping[str, str]


def against_random(
    row: Row, arm: Arm, arms: Mapping[Arm, Mapping[int, Pair]], algorithms: Nulls
) -> Row:
    """The row with its gain minus that of the same arm under a random reward, greedy.

    ``algorithms`` is what `random_rewards` found; the first of the arm's own run on this
    benchmark, model and strategy counts. Unchanged where there is none, or nothing to compare.
    """
    if row.greedy is None or arm.algorithm in algorithms.random:
        return row
    run = algorithms.runs.get(arm.algorithm)
    own = (name for name in algorithms.random if algorithms.runs.get(name) == run)
    null = next((arms[a] for a in (arm._replace(algorithm=name) for name in own) if a in arms), {})
    common = {seed: pair for seed, pair in arms[arm].items() if seed in null}
    if not common:
        return row
    try:
        check_against(common, null)
    except IdentityMismatch as mismatch:
        return replace(row, notes=(*row.notes, f"no contrast with the random reward: {mismatch}"))
    difference = compare(row.greedy, common, null, "greedy").gain_difference
    return replace(row, over_random=difference)


def random_rewards(suite: SuiteRecord) -> Nulls:
    """Those of a run record; none in records from before there were any."""
    random = tuple(label for label in suite.rewards if not suite.is_informed(label))
    return Nulls(random, suite.runs)
