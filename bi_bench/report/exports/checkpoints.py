"""The trained models of a run one by one, each with its own scores: what cards and logs are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bi_bench.report.build.arm_row import plain_row, scored
from bi_bench.report.build.pairs import Outcomes, Pair, read_result
from bi_bench.report.build.row import Row
from bi_bench.report.data.cells import Cell, read_cells
from bi_bench.store import Store


@dataclass(frozen=True)
class Checkpoint:
    """The model that RFT made in one cell, and the SFT model that it started from.

    ``rows`` has one row for each evaluation, of this cell alone: intervals are over problems, and
    leave out how much seeds differ. ``base`` is the stage that holds the base model.
    """

    cell: Cell
    slug: str
    rows: tuple[Row, ...]
    pairs: Mapping[str, Pair]
    base: Mapping[str, Any]
    base_source: Mapping[str, Any]
    benchmark: Mapping[str, Any]
    rft: Mapping[str, Any]


def read_checkpoints(record: Mapping[str, Any], store: Store) -> Iterator[Checkpoint]:
    """Every cell that was trained to its end and evaluated at least once, in the run's order."""
    taken: set[str] = set()
    for cell in read_cells(record, store):
        splits = [role.removeprefix("post/") for role in cell.keys if role.startswith("post/")]
        done = [split for split in splits if cell.done(f"pre/{split}", f"post/{split}")]
        if not done or not cell.done("rft", "base"):
            continue
        pairs = {split: _pair(cell, split, store) for split in done}
        rows = []
        for split, pair in pairs.items():
            of_cell = {cell.seed: pair}
            row = plain_row(split, record["suite"]["reference"], [cell], of_cell, 1, store)
            rows.append(scored(row, of_cell))
        source = store.folder(cell.keys["base"]) / "source.json"
        rft = store.record(cell.keys["rft"])["identity"]
        yield Checkpoint(
            cell,
            _slug(cell, taken),
            tuple(rows),
            pairs,
            store.record(cell.keys["base"])["identity"],
            read_result(source) if source.is_file() else {},
            rft.get("benchmark", {}),
            rft,
        )


def _pair(cell: Cell, split: str, store: Store) -> Pair:
    pre, post = (
        Outcomes.read(store.folder(cell.keys[f"{when}/{split}"])) for when in ("pre", "post")
    )
    return Pair(pre, post)


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
