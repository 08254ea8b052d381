"""The trained models of a run one by one, each with its own scores: what cards and logs are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bi_bench.artifacts.hub_reference import HubReference, read_reference
from bi_bench.artifacts.role import BASE, RFT, post, pre
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.report.content.arm_row import plain_row, scored
from bi_bench.report.content.row import Row
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Pair, Results


@dataclass(frozen=True)
class Checkpoint:
    """The model that RFT made in one cell, and the SFT model that it started from.

    ``rows`` has one row for each evaluation, of this cell alone: intervals are over problems, and
    leave out how much seeds differ. ``base`` and ``rft`` are the stages that hold the base model and
    this one; ``hub`` is where the base model comes from if that is the hub.
    """

    cell: Cell
    slug: str
    rows: tuple[Row, ...]
    pairs: Mapping[str, Pair]
    base: StageRecord
    hub: HubReference | None
    rft: StageRecord


def read_checkpoints(results: Results) -> Iterator[Checkpoint]:
    """Every cell that was trained to its end and evaluated at least once, in the run's order."""
    taken: set[str] = set()
    for cell in results.cells:
        done = [split for split in cell.about("post") if cell.done(pre(split), post(split))]
        if not done or not cell.done(RFT, BASE):
            continue
        pairs = {split: results.pair(cell, split) for split in done}
        rows = []
        for split, pair in pairs.items():
            of_cell = {cell.seed: pair}
            rows.append(scored(plain_row(split, [cell], of_cell, 1, results), of_cell))
        yield Checkpoint(
            cell,
            _slug(cell, taken),
            tuple(rows),
            pairs,
            results.stage(cell.keys[BASE]),
            read_reference(results.folder(cell.keys[BASE])),
            results.stage(cell.keys[RFT]),
        )


def _slug(cell: Cell, taken: set[str]) -> str:
    """A name of plain characters for files and repositories that no other checkpoint has."""
    arm = cell.arm
    parts = (arm.model, arm.benchmark, arm.strategy, arm.algorithm, f"seed{cell.seed}")
    words = (re.sub(r"[^A-Za-z0-9]+", "-", part).strip("-")[:40] or "x" for part in parts)
    slug = free = "-".join(words)
    count = 1
    while free.lower() in taken:
        count += 1
        free = f"{slug}-{count}"
    taken.add(free.lower())
    return free
