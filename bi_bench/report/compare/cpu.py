"""Notes on how much of a difference between two arms the CPUs that trained them may explain."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.compare.arms import RunArm
from bi_bench.report.content.cpu import MEASURED, RMS, kind


def cpu_notes(sides: Sequence[tuple[RunArm, RunArm]]) -> list[str]:
    """Notes where two arms were trained on different kinds of CPU, or where that is not recorded."""
    notes = []
    for one, other in sides:
        mine, theirs = (
            {found for cell in side.cells if (found := kind(cell, side.results)) is not None}
            for side in (one, other)
        )
        seeds = len({cell.seed for cell in one.cells} & {cell.seed for cell in other.cells}) or 1
        share = RMS / seeds**0.5
        part = (
            f"{MEASURED}; over {seeds} seed{'s' * (seeds > 1)} some {share:.1f} points of a difference of "
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
