"""Looks numbers up in the table of an analysis: by arm, by seed, by the value of a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, TypeGuard

from bi_bench.report.content.analyses import AnalysisTable

Rows = Sequence[Mapping[str, Any]]


def seed_means(rows: Rows, column: str) -> dict[int, float]:
    """One number a seed; a seed without any is left out."""
    found: dict[int, list[float]] = {}
    for row in rows:
        if is_number(value := row.get(column)):
            found.setdefault(row["seed"], []).append(value)
    return {seed: fmean(values) for seed, values in found.items()}


def single_values(rows: Rows, column: str) -> list[float]:
    """All numbers in the lists of a column, seeds one after the other."""
    lists = (row.get(column) for row in rows)
    return [v for values in lists if isinstance(values, list) for v in values if is_number(v)]


def having(rows: Rows, column: str, value: Any) -> Rows:
    """The rows with this value in a column; all of them where no column is named."""
    return [row for row in rows if row.get(column) == value] if column else rows


def distinct(rows: Iterable[Mapping[str, Any]], column: str) -> list[Any]:
    """The values of a column in their order; evaluations by split, each before and after RFT."""
    values = list(
        dict.fromkeys(r[column] for r in rows if isinstance(r.get(column), str | int | float))
    )
    roles = [str(value).partition("/") for value in values]
    if not all(when in ("pre", "post") and split for when, _, split in roles):
        return values
    splits = [split for _, _, split in roles]
    order = {v: (splits.index(s), w == "post") for v, (w, _, s) in zip(values, roles, strict=True)}
    return sorted(values, key=order.__getitem__)


def seed_counts(table: AnalysisTable) -> list[int]:
    """The number of seeds of each arm."""
    return [len({row["seed"] for row in rows}) for rows in table.by_arm().values()]


def is_number(value: Any) -> TypeGuard[float]:
    """True for a number that can be drawn."""
    return isinstance(value, int | float) and not isinstance(value, bool)
