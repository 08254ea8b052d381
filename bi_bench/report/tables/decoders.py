"""The table of decoders: their scores, and the contrasts with the checkpoints of the same cells."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.content.decoders import DecoderRow
from bi_bench.report.tables.grid import Grid
from bi_bench.report.text import percent, points

TITLE = "Decoders"
HEADINGS = (
    *("evaluation", "model", "algorithm", "strategy", "decoder", "seeds"),
    *("score", "decoded", "vs pre", "vs post"),
)


def decoder_table(rows: Sequence[DecoderRow]) -> Grid:
    """Headings and cells; scores in %, contrasts in points with their intervals."""
    cells = [
        [
            *(row.evaluation, row.arm.model, row.arm.algorithm, row.arm.strategy),
            *(row.decoder, str(row.seeds)),
            "greedy" if row.kind == "greedy" else f"mean@{row.samples}",
            *(percent(row.score.estimate), points(row.gain), points(row.over_rft)),
        ]
        for row in rows
    ]
    return Grid(list(HEADINGS), cells)
