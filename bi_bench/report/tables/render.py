"""The report as text: compact for a terminal, complete for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from tabulate import tabulate

from bi_bench.report.content.analyses import as_text
from bi_bench.report.content.report import Report
from bi_bench.report.tables.columns import table_columns
from bi_bench.report.tables.decoders import TITLE as DECODERS
from bi_bench.report.tables.decoders import decoder_table
from bi_bench.report.tables.grid import compact_grids, evaluations, grid, pipe_table
from bi_bench.report.tables.legend import legend
from bi_bench.report.tables.published import TITLE as PUBLISHED
from bi_bench.report.tables.published import published_notes, published_table
from bi_bench.report.tables.sections import markdown_sections, shown
from bi_bench.report.text import markdown, plain, shorten, wrap

if TYPE_CHECKING:
    from bi_bench.report.figures.draw import Picture

Format = Literal["terminal", "markdown"]

_LABEL_WIDTH = 17
_CELL_WIDTH = 22
_REASON_WIDTH = 300


def render(report: Report, format: Format, pictures: Sequence[Picture] = ()) -> str:
    """The whole report as text that ends in a newline; Markdown shows the ``pictures`` too.

    Labels and messages come from users and plugins: both forms are without control characters,
    and in Markdown nothing in them is markup.
    """
    parts = _terminal(report) if format == "terminal" else _markdown(report, pictures)
    return "\n\n".join(part for part in parts if part) + "\n"


def compact_sections(report: Report, level: str) -> list[str]:
    """The columns that fit a terminal as Markdown: headings of this ``level`` ("###"), facts, tables."""
    parts = []
    for evaluation, (headings, cells) in compact_grids(report):
        parts += [
            f"{level} {markdown(evaluation.title)}",
            " · ".join(map(markdown, evaluation.facts)),
        ]
        parts.append(pipe_table(headings, cells))
    return parts


def _terminal(report: Report) -> Iterator[str]:
    yield plain(": ".join(filter(None, (report.suite, report.description))))
    for evaluation, (headings, cells) in compact_grids(report):
        title = plain(" · ".join((evaluation.title, *evaluation.facts)))
        yield f"{title}\n\n{_ruled_table(headings, cells)}"
    for table in report.analyses:
        common, headings, cells = as_text(table.over_seeds(), plain)
        yield f"{plain(table.name)} · {common}\n\n{_ruled_table(headings, cells)}"
    if report.decoders:
        yield f"{DECODERS}\n\n{_ruled_table(*decoder_table(report.decoders))}"
    if report.published:
        yield f"{PUBLISHED}\n\n{_ruled_table(*published_table(report.published, report.rows))}"
    below = [*map(plain, (*report.notes, *published_notes(report.published)))]
    below += [shorten(item.line, _REASON_WIDTH) for item in report.skipped]
    yield "\n".join(wrap(line) for line in (*below, *legend(report.rows)))


def _markdown(report: Report, pictures: Sequence[Picture]) -> Iterator[str]:
    yield f"# {markdown(report.suite)}"
    yield markdown(report.description)
    for evaluation in evaluations(report):
        yield f"## {markdown(evaluation.title)}"
        yield " · ".join(map(markdown, evaluation.facts))
        yield pipe_table(*grid(report, evaluation.rows, table_columns("scores")))
        if any(row.derived for row in evaluation.rows):
            yield pipe_table(*grid(report, evaluation.rows, table_columns("derived")))
        if any(row.semantic for row in evaluation.rows):
            yield pipe_table(*grid(report, evaluation.rows, table_columns("semantic")))
        yield pipe_table(*grid(report, evaluation.rows, table_columns("measured")))
    yield from markdown_sections(report, pictures)
    for table in report.analyses:
        common, headings, cells = as_text(table.over_seeds(), str)
        yield f"## {markdown(table.name)}"
        yield markdown(common)
        yield pipe_table(headings, cells)
        yield from (shown(each) for each in pictures if each.analysis and each.name == table.name)
    below = [
        *report.notes,
        *published_notes(report.published),
        *(item.line for item in report.skipped),
        *legend(report.rows),
    ]
    yield "\n".join(f"- {markdown(line)}" for line in below)
    facts = ", ".join(f"{name} {value}" for name, value in report.made_with.items())
    made = [("Command", report.command), ("Made with", facts)]
    for name, text in (*made, *(("Machine", line) for line in report.machine_lines)):
        if text:
            yield f"{name}: {markdown(text)}"


def _ruled_table(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    """A table with one line, under the headings."""
    widths = [_LABEL_WIDTH if name == "label" else _CELL_WIDTH for name in headings]
    # The headings go in as a row: tabulate makes columns wider than their heading.
    lines = [[plain(cell) for cell in line] for line in (headings, *cells)]
    body = str(tabulate(lines, tablefmt="plain", disable_numparse=True, maxcolwidths=widths))
    first, _, rest = body.partition("\n")
    return "\n".join((first, "─" * max(map(len, body.splitlines())), rest))
