"""A column of the leaderboard: one declaration, from which every output makes its own.

To add a column, add one `Column` to a tuple in `tables/columns/`: CSV and JSON hold its value, and
where it is `Shown` the tables, the page, LaTeX and the legend have it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bi_bench.report.content.row import Row
from bi_bench.report.text import Text
from bi_bench.stats import Contrast

Value = str | int | float | bool | None
# The tables of Markdown; "title", and the "facts" that all rows have in common, are above the others.
Table = Literal["title", "facts", "scores", "derived", "semantic", "measured"]
# The groups of the page, which a reader shows and hides.
Group = Literal[
    "axes", "scores", "basis", "contrasts", "sampled", "derived", "answers", "costs", "more"
]


TextOf = Callable[[Row], str | Text]


class Interval(NamedTuple):
    """An interval: the names of its ends in CSV and JSON, and the contrast of a row that has it.

    None where there is no number, and where nothing varies.
    """

    low: str
    high: str
    of: Callable[[Row], Contrast | None]


class Line(NamedTuple):
    """A line of the legend, there if ``when`` holds for any row."""

    text: str
    when: Callable[[Row], bool]


class Terminal(NamedTuple):
    """The differences in the table of a terminal, and in LaTeX; empty where there are none.

    ``before`` is the key of the column that it precedes there.
    """

    heading: str = ""
    text: TextOf | None = None
    before: str = ""


@dataclass(frozen=True)
class Shown:
    """The places where people see a column.

    ``heading`` has room for {k}, the number of samples, and {reference}, that arm. ``table``: the one
    of Markdown, or None. ``terminal``: given where it fits a terminal too. ``before``: the key of the
    column that it precedes, where it is not in the order of CSV. ``page``: the text there, where it
    is another; ``by_text``: sorted there by its text; ``drawn``: with its interval as a drawing.
    The legend has ``sentence`` in its first paragraph, and ``lines`` below it.
    """

    heading: str
    table: Table | None = None
    group: Group = "more"
    terminal: Terminal | None = None
    before: str = ""
    page: TextOf | None = None
    by_text: bool = False
    drawn: bool = False
    sentence: str = ""
    lines: tuple[Line, ...] = ()


FOR_MACHINES = Shown("")


@dataclass(frozen=True)
class Column:
    """One column: ``key`` is its name in CSV and JSON, ``value`` what they hold; None if they lack it.

    Shares are 0 to 1. ``text`` is what people read, by default the value.
    """

    key: str
    value: Callable[[Row], Value] | None
    text: TextOf | None = None
    interval: Interval | None = None
    shown: Shown = FOR_MACHINES

    def cell(self, row: Row) -> Text:
        """The cell that people read."""
        if self.text is None:
            value = self.value(row) if self.value else None
            return Text("" if value is None else str(value))
        found = self.text(row)
        return found if isinstance(found, Text) else Text(found)

    def values(self, row: Row) -> dict[str, Value]:
        """The cells of CSV and JSON: the value, and the ends of its interval."""
        values = {self.key: self.value(row)} if self.value else {}
        if self.interval is not None:
            contrast = self.interval.of(row)
            values[self.interval.low] = contrast.low if contrast else None
            values[self.interval.high] = contrast.high if contrast else None
        return values

    def heading(self, rows: Sequence[Row], reference: str) -> str:
        """Its heading over these rows: "gain@2", or "gain@k" where they differ in the samples."""
        samples = {row.samples for row in rows}
        k = str(samples.pop()) if len(samples) == 1 else "k"
        return self.shown.heading.replace("{k}", k).replace("{reference}", reference)
