"""Which kinds of CPU the RFT of cells ran on, and what part of a difference that can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bi_bench.artifacts.role import RFT
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results

if TYPE_CHECKING:
    from bi_bench.report.compare.arms import Side

# Measured with the embedded model, pairs of machines with one key each, 500 greedy answers.
_RMS = 1.7
_MEASURED = (
    "for one key, RFT on two kinds of CPU differed in 81 to 107 of 500 greedy answers and by up to 4 points "
    f"(root mean square {_RMS}), while SFT was equal greedily"
)


def kind(cell: Cell, results: Results) -> str | None:
    """The CPU that a cell's RFT ran on, as one line; "" where it is not recorded, None before RFT."""
    if not cell.done(RFT):
        return None
    found = results.costs(cell.keys[RFT]).cpu or {}
    return "; ".join(f"{name} {value}" for name, value in found.items())


def cpu_notes(results: Results) -> Iterator[str]:
    """Whether the cells of one run were trained on several kinds of CPU, as far as that is recorded."""
    seeds: dict[str, list[str]] = {}
    for cell in results.cells:
        if found := kind(cell, results):
            seeds.setdefault(found, []).append(f"{cell.arm.strategy} seed {cell.seed}")
    if len(seeds) > 1:
        where = "; ".join(f"{', '.join(cells)}: {found}" for found, cells in seeds.items())
        yield f"RFT ran on {len(seeds)} kinds of CPU, and {_MEASURED}: {where}."


def versus_notes(sides: Sequence[tuple[Side, Side]]) -> list[str]:
    """Whether two arms were trained on different kinds of CPU, and how much of a difference that can be."""
    notes = []
    for one, other in sides:
        mine, theirs = (
            {found for cell in side.cells if (found := kind(cell, side.results)) is not None}
            for side in (one, other)
        )
        seeds = len({cell.seed for cell in one.cells} & {cell.seed for cell in other.cells}) or 1
        share = _RMS / seeds**0.5
        part = (
            f"{_MEASURED}; over {seeds} seed{'s' * (seeds > 1)} some {share:.1f} points of a difference of "
            "final scores or gains can be that alone"
        )
        if "" in mine | theirs:
            if one.run != other.run:
                notes.append(f"on which kind of CPU RFT ran is not recorded for both runs: {part}")
        elif mine != theirs or len(mine) > 1:
            names = (
                f"{side.name}: {' | '.join(sorted(found))}"
                for side, found in ((one, mine), (other, theirs))
            )
            notes.append(f"RFT ran on different kinds of CPU ({'; '.join(names)}): {part}")
    return list(dict.fromkeys(notes))
