"""The report as text: compact for a terminal, complete for Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from tabulate import tabulate

from bi_bench.report.build.analyses import as_text
from bi_bench.report.build.published import TITLE as PUBLISHED
from bi_bench.report.build.published import published_notes, published_table
from bi_bench.report.build.report import Report
from bi_bench.report.build.row import Row
from bi_bench.report.tables.columns import COMPACT, DERIVED, FACTS, MEASURED, SCORED, Column, legend
from bi_bench.report.tables.sections import markdown_sections, shown
from bi_bench.report.text import markdown, plain, shorten

if TYPE_CHECKING:
    from bi_bench.report.figures import Picture

Format = Literal["terminal", "markdown"]

_LABEL_WIDTH = 17
_CELL_WIDTH = 22
_TEXT_WIDTH = 120
_REASON_WIDTH = 300


def render(report: Report, format: Format, pictures: Sequence[Picture] = ()) -> str:
    """The whole report as text that ends in a newline; Markdown shows the ``pictures`` too.

    Labels and messages come from users and plugins: control characters are gone from both forms,
    and in Markdown nothing in them is markup.
    """
    return _terminal(report) if format == "terminal" else _markdown(report, pictures)


def _terminal(report: Report) -> str:
    parts = [plain(": ".join(filter(None, (report.suite, report.description))))]
    for group in _groups(report.rows):
        headings, cells = _filled(report, group, COMPACT, plain)
        grid = _grid(headings, cells)
        parts.append(f"{plain(' · '.join(_title(group)))}\n\n{grid}")
    for table in report.analyses:
        common, headings, cells = as_text(table.over_seeds(), plain)
        parts.append(f"{plain(table.name)} · {common}\n\n{_grid(headings, cells)}")
    if report.published:
        headings, cells = published_table(report.published, report.rows)
        grid = _grid(headings, [[plain(cell) for cell in row] for row in cells])
        parts.append(f"{PUBLISHED}\n\n{grid}")
    below = [*map(plain, (*report.notes, *published_notes(report.published)))]
    below += [shorten(item.line, _REASON_WIDTH) for item in report.skipped]
    below += legend(report.rows)
    parts.append("\n".join(_wrap(line) for line in below))
    return "\n\n".join(part for part in parts if part) + "\n"


def _markdown(report: Report, pictures: Sequence[Picture]) -> str:
    parts = [f"# {markdown(report.suite)}", markdown(report.description)]
    for group in _groups(report.rows):
        title, *facts = map(markdown, _title(group))
        parts += [f"## {title}", " · ".join(facts)]
        told = any(row.derived for row in group)
        for columns in (SCORED, *([DERIVED] if told else []), MEASURED):
            headings, cells = _filled(report, group, columns, markdown)
            parts.append(tabulate(cells, headings, tablefmt="pipe", disable_numparse=True))
    parts += markdown_sections(report, pictures)
    for table in report.analyses:
        common, headings, cells = as_text(table.over_seeds(), markdown)
        grid = tabulate(cells, headings, tablefmt="pipe", disable_numparse=True)
        parts += [f"## {markdown(table.name)}", common, grid]
        parts += [shown(each) for each in pictures if each.analysis and each.name == table.name]
    lines = [
        *report.notes,
        *published_notes(report.published),
        *(item.line for item in report.skipped),
        *legend(report.rows),
    ]
    below = map(markdown, lines)
    parts.append("\n".join(f"- {line}" for line in below))
    facts = [f"{name} {value}" for name, value in {**report.numerics, **report.versions}.items()]
    machines = ["; ".join(f"{k} {v}" for k, v in one.items()) for one in report.machines]
    made = (("Command", report.command), ("Made with", ", ".join(facts)))
    for name, text in (*made, *(("Machine", machine) for machine in machines)):
        parts.append(f"{name}: {markdown(text)}" if text else "")
    return "\n\n".join(part for part in parts if part) + "\n"


def compact_sections(report: Report, level: str) -> list[str]:
    """The columns that fit a terminal as Markdown: headings of this ``level`` ("###"), facts, tables."""
    parts = []
    for (title, *facts), headings, cells in compact_groups(report, markdown):
        grid = tabulate(cells, headings, tablefmt="pipe", disable_numparse=True)
        parts += [f"{level} {title}", " · ".join(facts), grid]
    return parts


def compact_groups(
    report: Report, escape: Callable[[str], str]
) -> Iterator[tuple[list[str], list[str], list[list[str]]]]:
    """The tables of the terminal: title and facts, headings, cells, all of them escaped."""
    for group in _groups(report.rows):
        yield [escape(part) for part in _title(group)], *_filled(report, group, COMPACT, escape)


def _grid(headings: list[str], cells: list[list[str]]) -> str:
    """A table without any line but one under the headings."""
    widths = [_LABEL_WIDTH if name == "label" else _CELL_WIDTH for name in headings]
    # The headings go in as a row: tabulate makes columns wider than their heading.
    body = tabulate(
        [headings, *cells], tablefmt="plain", disable_numparse=True, maxcolwidths=widths
    )
    first, _, rest = body.partition("\n")
    return "\n".join((first, "─" * max(map(len, body.splitlines())), rest))


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    return [list(rows) for _, rows in groupby(rows, key=lambda row: (row.benchmark, row.split))]


def _title(group: Sequence[Row]) -> list[str]:
    """What was evaluated, then whatever all rows have in common."""
    common = [fact for fact in FACTS if _constant(fact, group)]
    facts = [f"{fact.name} {fact.show(group[0])}" for fact in common]
    return [group[0].evaluation, *facts]


def _filled(
    report: Report,
    group: Sequence[Row],
    columns: Sequence[Column],
    escape: Callable[[str], str],
) -> tuple[list[str], list[list[str]]]:
    """Headings and cells: what is not in the title, without columns that are empty throughout."""
    wanted = [
        Column("strategy", lambda row: row.strategy),
        *(fact for fact in FACTS if not _constant(fact, group)),
        *(column for column in columns if any(map(column.show, group))),
    ]
    samples = {row.samples for row in group}
    k = str(samples.pop()) if len(samples) == 1 else "k"
    reference = shorten(report.reference, 12)
    headings = [escape(column.name.format(k=k, reference=reference)) for column in wanted]
    cells = [[escape(column.show(row)) for column in wanted] for row in group]
    return headings, cells


def _constant(fact: Column, group: Sequence[Row]) -> bool:
    return len(set(map(fact.show, group))) == 1


def _wrap(line: str) -> str:
    return textwrap.fill(line, _TEXT_WIDTH, subsequent_indent="  ", break_on_hyphens=False)
