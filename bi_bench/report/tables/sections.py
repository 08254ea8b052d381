"""The part of Markdown between the scores and the analyses: published numbers, sweeps, figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.tables.decoders import TITLE as DECODERS
from bi_bench.report.tables.decoders import decoder_table
from bi_bench.report.tables.grid import pipe_table
from bi_bench.report.tables.published import TITLE, published_table
from bi_bench.report.tables.sweeps import sweep_table
from bi_bench.report.text import markdown

if TYPE_CHECKING:
    from bi_bench.report.figures.draw import Picture


def markdown_sections(report: Report, pictures: Sequence[Picture]) -> Iterator[str]:
    """Paragraphs, tables and pictures in their order; nothing of what there is no data for."""
    if report.published:
        yield f"## {TITLE}"
        yield pipe_table(*published_table(report.published, report.rows))
    if report.decoders:
        yield f"## {DECODERS}"
        yield pipe_table(*decoder_table(report.decoders))
    own = [each for each in pictures if not each.analysis]
    sweeps = list(_sweeps(report))
    swept = [each for each in own if each.name == "sweep"]
    if sweeps or swept:
        yield "## Arms of one strategy"
        yield from sweeps
        yield from map(shown, swept)
    if len(own) > len(swept):
        yield "## Figures"
        yield from (shown(each) for each in own if each not in swept)


def shown(picture: Picture) -> str:
    """A picture, and below it what it shows."""
    return f"![{markdown(picture.name)}]({picture.file})\n\n*{markdown(picture.caption)}*"


def _sweeps(report: Report) -> Iterator[str]:
    """A table for each strategy with several arms, evaluation, model and algorithm."""

    def place(row: Row) -> tuple[str, ...]:
        return (row.evaluation, row.model, row.algorithm)

    for sweep in report.sweeps:
        for where, rows in groupby(report.rows, key=place):
            headings, cells = sweep_table(sweep, list(rows))
            if len(cells) > 1:
                yield f"{markdown(sweep.plugin)}: {markdown(' · '.join(where))}"
                yield pipe_table(headings, cells)
