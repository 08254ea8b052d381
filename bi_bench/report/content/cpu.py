"""Finds the kinds of CPU that RFT ran on, and notes the differences that these alone can make."""

from __future__ import annotations

from collections.abc import Iterator

from bi_bench.artifacts.role import RFT
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results

# Measured with the embedded model, pairs of machines with one key each, 500 greedy answers.
RMS = 1.7
MEASURED = (
    "for one key, RFT on two kinds of CPU differed in 81 to 107 of 500 greedy answers and by up to 4 points "
    f"(root mean square {RMS}), while SFT was equal greedily"
)


def kind(cell: Cell, results: Results) -> str | None:
    """The CPU that a cell's RFT ran on, as one line; "" where it is not recorded, None before RFT."""
    if not cell.done(RFT):
        return None
    found = results.costs(cell.keys[RFT]).cpu or {}
    return "; ".join(f"{name} {value}" for name, value in found.items())


def cpu_notes(results: Results) -> Iterator[str]:
    """A note where the cells of one run were trained on several kinds of CPU, as far as it is recorded."""
    seeds: dict[str, list[str]] = {}
    for cell in results.cells:
        if found := kind(cell, results):
            seeds.setdefault(found, []).append(f"{cell.arm.strategy} seed {cell.seed}")
    if len(seeds) > 1:
        where = "; ".join(f"{', '.join(cells)}: {found}" for found, cells in seeds.items())
        yield f"RFT ran on {len(seeds)} kinds of CPU, and {MEASURED}: {where}."
