"""Columns of what was run: the arm, its seeds, the problems, the floor; and remarks on a row."""

from __future__ import annotations

from collections.abc import Callable

from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column, Line, Shown, Terminal
from bi_bench.report.text import percent, shorten


def _problems(row: Row) -> str:
    """ "500", "500 in 196 clusters (effective 43)"."""
    if row.clusters is None or row.effective_clusters is None:
        return str(row.problems)
    return f"{row.problems} in {row.clusters} clusters (effective {row.effective_clusters:.0f})"


def _samples(row: Row) -> str:
    return f"{row.samples} at temperature {row.temperature:g}" if row.temperature else "none"


def _floor(row: Row) -> str:
    return f'{percent(row.floor)} % ("{shorten(row.floor_answer, 20)}")'


def _has_mark(mark: str) -> Callable[[Row], bool]:
    return lambda row: mark in row.marks


# The first column of every table.
STRATEGY = Column("strategy", lambda row: row.strategy, shown=Shown("strategy"))

ARM = (
    Column("benchmark", lambda row: row.benchmark, shown=Shown("benchmark", "title", "axes")),
    Column("split", lambda row: row.split, shown=Shown("split", "title", "axes")),
    Column("model", lambda row: row.model, shown=Shown("model", "facts", "axes")),
    Column("algorithm", lambda row: row.algorithm, shown=Shown("algorithm", "facts", "axes")),
    STRATEGY,
    Column("is_reference", lambda row: row.is_reference),
    Column("seeds", lambda row: " ".join(map(str, row.seeds))),
    Column(
        "seeds_finished",
        lambda row: len(row.seeds),
        lambda row: row.seed_count,
        shown=Shown("seeds", "facts", "basis", before="floor"),
    ),
    Column("seeds_planned", lambda row: row.planned_seeds),
)

PROBLEMS = (
    Column(
        "problems",
        lambda row: row.problems,
        _problems,
        shown=Shown(
            "problems",
            "facts",
            "basis",
            sentence="effective: how many equal clusters those of the problems are worth.",
        ),
    ),
    Column("clusters", lambda row: row.clusters),
    Column("effective_clusters", lambda row: row.effective_clusters),
    Column("samples", lambda row: row.samples, _samples, shown=Shown("samples", "facts", "basis")),
    Column("temperature", lambda row: row.temperature),
)

FLOOR = (
    Column(
        "floor",
        lambda row: row.floor,
        _floor,
        shown=Shown("floor", "facts", "basis", sentence="floor: the best constant answer."),
    ),
    Column("floor_answer", lambda row: row.floor_answer),
)

REMARKS = (
    Column(
        "marks",
        lambda row: row.marks,
        shown=Shown(
            "marks",
            "scores",
            "scores",
            terminal=Terminal(before="overlap_contaminated"),
            lines=(
                Line(
                    "L: test questions have leaked: over 1 % of them overlap with the training data, "
                    "or one stands there whole, or with other names.",
                    _has_mark("L"),
                ),
                Line(
                    "N: the interval of the gain minus that under a random reward includes zero or "
                    "lies below it.",
                    _has_mark("N"),
                ),
                Line("T: over 1 % of answers truncated.", _has_mark("T")),
            ),
        ),
    ),
    Column("refused", lambda row: str(row.refused or "")),
    Column("no_comparison", lambda row: str(row.no_comparison or "")),
    Column("notes", lambda row: "; ".join(row.notes)),
)
