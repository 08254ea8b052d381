"""Columns of what an arm was trained from: the probe of the SFT model, and test questions that leaked."""

from __future__ import annotations

from collections.abc import Callable

from bi_bench.report.content.row import Overlap, Readiness, Row
from bi_bench.report.tables.column import Column, Line, Shown, Terminal, Value
from bi_bench.report.text import percent


def _probed(of: Callable[[Readiness], Value]) -> Callable[[Row], Value]:
    return lambda row: of(row.readiness) if row.readiness else None


def _searched(of: Callable[[Overlap], Value]) -> Callable[[Row], Value]:
    return lambda row: of(row.overlap) if row.overlap else None


def _overlap(row: Row) -> str:
    """ "0.4", or "0.4 / 0.2" with those that equal a training problem."""
    if not row.overlap:
        return ""
    equal = row.overlap.equal
    return percent(row.overlap.contaminated) + ("" if equal is None else f" / {percent(equal)}")


def _leaked(row: Row) -> bool:
    found = row.overlap
    return found is not None and bool(found.contaminated or found.equal)


TRAINING = (
    Column("probe_seeds", lambda row: row.readiness.seeds if row.readiness else 0),
    Column("probe_samples", _probed(lambda probe: probe.samples)),
    Column("probe_accuracy", _probed(lambda probe: probe.accuracy)),
    Column(
        "informative",
        _probed(lambda probe: probe.informative),
        lambda row: percent(row.readiness.informative) if row.readiness else "",
        shown=Shown(
            "informative",
            "measured",
            "scores",
            terminal=Terminal(heading="inform."),
            sentence="inform(ative): probe problems with some but not all rollouts right.",
        ),
    ),
    Column(
        "spread",
        _probed(lambda probe: probe.spread),
        lambda row: f"{row.readiness.spread:.3f}" if row.readiness else "",
        shown=Shown("spread", "measured", "contrasts"),
    ),
    Column(
        "overlap_contaminated",
        _searched(lambda overlap: overlap.contaminated),
        _overlap,
        shown=Shown(
            "overlap",
            "measured",
            "basis",
            # A terminal has no room for a column of zeros.
            terminal=Terminal(text=lambda row: _overlap(row) if _leaked(row) else ""),
            before="informative",
            lines=(
                Line(
                    "overlap: test questions in % that stand in the training data (SFT demonstrations "
                    "and RL problems) with at least 80 % of their runs of 13 words; after the stroke "
                    "those that equal a training problem up to names and order.",
                    _leaked,
                ),
            ),
        ),
    ),
    Column("overlap_exact", _searched(lambda overlap: overlap.exact)),
    Column("overlap_equal", _searched(lambda overlap: overlap.equal)),
    Column("overlap_structure", _searched(lambda overlap: overlap.structure)),
)
