"""The legend: what the columns and marks of a report mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bi_bench.report.content.row import Row
from bi_bench.report.tables.columns import shown_columns

_ALL = (
    "Scores in %, gains and differences in points with 95 % intervals, not corrected for the number of "
    "comparisons. pre, post, gain and label are greedy; @k: mean over k answers sampled per problem; "
    "derived: greedy, the answer and every needed step right."
)


def legend(rows: Sequence[Row]) -> Iterator[str]:
    """A paragraph on all columns, then a line for each thing that these rows have."""
    if not rows:
        yield "No cell is finished yet."
        return
    all_shown = [column.shown for column in shown_columns()]
    yield " ".join([_ALL, *(shown.sentence for shown in all_shown if shown.sentence)])
    for line in (line for shown in all_shown for line in shown.lines):
        if any(map(line.when, rows)):
            yield line.text
