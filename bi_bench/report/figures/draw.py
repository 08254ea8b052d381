"""Draws all figures of a report that have data, each into a file of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bi_bench.api import Bars, Lines
from bi_bench.report.content.curves import ArmCurves
from bi_bench.report.content.report import Report
from bi_bench.report.figures.accuracy import accuracy
from bi_bench.report.figures.bars import draw_bars
from bi_bench.report.figures.lengths import lengths
from bi_bench.report.figures.lines import draw_lines
from bi_bench.report.figures.rewards import rewards
from bi_bench.report.figures.rollouts import rollouts
from bi_bench.report.figures.style import RC, Drawn, save
from bi_bench.report.figures.sweep import sweep
from bi_bench.report.figures.tokens import tokens

FOLDER = "figures"

# The names and the order are those of bi_bench.api.figure.FIGURES.
OWN: Mapping[str, Callable[[Report, Sequence[ArmCurves]], Drawn | None]] = {
    "accuracy": accuracy,
    "rewards": rewards,
    "rollouts": rollouts,
    "lengths": lengths,
    "tokens": tokens,
    "sweep": sweep,
}


@dataclass(frozen=True)
class Picture:
    """A figure in its file, relative to the report.

    ``name`` is that of a figure of our own, or of the analysis that it belongs to (``analysis``).
    """

    name: str
    file: str
    caption: str
    analysis: bool = False


def draw_all(report: Report, curves: Sequence[ArmCurves], folder: Path) -> list[Picture]:
    """Write the figures that the report asks for below ``folder``, in the order of the report."""
    import matplotlib

    pictures: list[Picture] = []
    taken: set[str] = set()
    with matplotlib.rc_context(RC):
        for name, analysis, slug, drawn in _drawn(report, curves):
            file = _file(slug, taken)
            save(drawn.figure, folder / file)
            pictures.append(Picture(name, file, drawn.caption, analysis))
    return pictures


def _drawn(report: Report, curves: Sequence[ArmCurves]) -> Iterator[tuple[str, bool, str, Drawn]]:
    """Name, whether it is that of an analysis, the beginning of the file's name, the figure."""
    for name, draw in OWN.items():
        if (not report.figures or name in report.figures) and (drawn := draw(report, curves)):
            yield name, False, name, drawn
    for table in report.analyses:
        if report.figures and table.name not in report.figures:
            continue
        for drawing in table.drawings:
            kind, figure = _of_analysis(table, drawing)
            if figure:
                yield table.name, True, f"{table.name}-{kind}", figure


def _of_analysis(table: Any, drawing: Bars | Lines) -> tuple[str, Drawn | None]:
    if isinstance(drawing, Bars):
        return "bars", draw_bars(table, drawing)
    return "lines", draw_lines(table, drawing)


def _file(name: str, taken: set[str]) -> str:
    """A file name of plain characters that no other figure has; labels may hold anything."""
    slug = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-") or "figure"
    number, free = 1, slug
    while free.lower() in taken:
        number += 1
        free = f"{slug}-{number}"
    taken.add(free.lower())
    return f"{FOLDER}/{free}.png"
