"""Columns of the contrasts of a suite: against a random reward, and the primary one, corrected."""

from __future__ import annotations

from bi_bench.report.content.row import Row
from bi_bench.report.tables.column import Column, Interval, Line, Shown, Terminal
from bi_bench.report.text import Text, signed
from bi_bench.stats import Contrast


def _random(row: Row) -> Contrast | None:
    return row.over_random


def _primary(row: Row) -> Contrast | None:
    return row.standing.contrast if row.standing else None


def _number(row: Row) -> int | None:
    return (row.standing.group or None) if row.standing else None


def _place(row: Row) -> str:
    return row.standing.place if row.standing else ""


def _number_or_place(row: Row) -> str:
    return str(_number(row) or _place(row))


def _number_and_place(row: Row) -> str:
    """ "2 · tie"."""
    return " · ".join(filter(None, (str(_number(row) or ""), _place(row))))


def _primary_text(row: Row) -> str | Text:
    if row.standing is None or row.standing.contrast is None:
        return ""
    return signed(row.standing.contrast)._replace(rest=f", p {row.standing.p_value:.2g}")


CONTRASTS = (
    Column(
        "gain_vs_random",
        lambda row: row.over_random.estimate if row.over_random else None,
        lambda row: signed(row.over_random),
        Interval("gain_vs_random_low", "gain_vs_random_high", _random),
        Shown("gain vs random reward", "scores", "contrasts", before="arm_label"),
    ),
    Column(
        "group",
        _number,
        _number_or_place,
        shown=Shown(
            "group",
            "scores",
            "scores",
            terminal=Terminal(),
            before="pre",
            page=_number_and_place,
            lines=(
                Line(
                    "group: above, level with or below the reference arm by the primary contrast, "
                    "corrected for the number of comparisons; rows that share one are not ranked. Above "
                    "takes a final score that is higher and a gain that is not lower. not tested: one or "
                    "two seeds in common.",
                    lambda row: row.standing is not None,
                ),
            ),
        ),
    ),
    Column("place", lambda row: row.standing.place if row.standing else None),
    Column(
        "primary",
        lambda row: contrast.estimate if (contrast := _primary(row)) else None,
        _primary_text,
        Interval("primary_low", "primary_high", _primary),
        Shown("primary, corrected", "scores", "contrasts", before="gain_vs_random"),
    ),
    Column("primary_p", lambda row: row.standing.p_value if row.standing else None),
)
