"""Reads the tables of analyses over all cells of a run, whatever analyses these are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from bi_bench.api import Drawing
from bi_bench.api.figure import drawing_from_json
from bi_bench.artifacts.table import TableRow
from bi_bench.report.data.cells import Arm
from bi_bench.report.data.results import Results


class Shown(NamedTuple):
    """A table for a reader: what holds for all of it, headings, rows of cells."""

    facts: Mapping[str, Any]
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class AnalysisTable:
    """One analysis: ``rows`` are as measured, each with the axes and the seed of its cell.

    ``drawings``: how the plugin wants them drawn, as the run record has it.
    """

    name: str
    rows: tuple[Mapping[str, Any], ...]
    drawings: tuple[Drawing, ...] = ()

    def by_arm(self) -> dict[Arm, list[Mapping[str, Any]]]:
        """The rows of each arm, in the order of the suite."""
        found: dict[Arm, list[Mapping[str, Any]]] = {}
        for row in self.rows:
            found.setdefault(Arm(*(row[name] for name in Arm._fields)), []).append(row)
        return found

    def over_seeds(self) -> Shown:
        """The table as a reader sees it: floats as means over seeds, without lists.

        A column of numbers with a float among them is measured. Rows that agree in all other
        columns belong together, ``seeds`` is their number; missing numbers do not enter a
        mean. Other columns that are the same throughout become facts, but for the strategy.
        """
        columns = {name: [r.get(name) for r in self.rows] for row in self.rows for name in row}
        shown = {
            name: values
            for name, values in columns.items()
            if name != "seed"
            and any(value is not None for value in values)
            and not any(isinstance(value, list | dict) for value in values)
        }
        measured = {name for name, values in shown.items() if _is_measured(values)}
        keys = [name for name in shown if name not in measured]
        groups: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in self.rows:
            groups.setdefault(tuple(row.get(name) for name in keys), []).append(row)
        table = {
            name: [_mean(g, name) if name in measured else g[0].get(name) for g in groups.values()]
            for name in shown
        }
        table["seeds"] = [len(group) for group in groups.values()]
        facts = {
            name: values[0]
            for name, values in table.items()
            if name not in (*measured, "strategy") and len(set(values)) == 1
        }
        headings = [name for name in table if name not in facts]
        return Shown(facts, headings, list(zip(*(table[name] for name in headings), strict=True)))


def read_analyses(results: Results) -> tuple[AnalysisTable, ...]:
    """One table for each analysis of which at least one cell is done, in the order of the suite."""
    rows: dict[str, list[TableRow]] = {}
    for cell in results.cells:
        for role, key in cell.keys.items():
            if role.part == "analyse" and cell.done(role):
                axes = {**cell.arm._asdict(), "seed": cell.seed}
                measured = ({**axes, **row} for row in results.table(key))
                rows.setdefault(role.about, []).extend(measured)
    drawings = results.suite.drawings
    return tuple(
        AnalysisTable(name, tuple(found), _drawings(drawings.get(name, ())))
        for name, found in rows.items()
        if found
    )


def as_text(shown: Shown, escape: Callable[[str], str]) -> tuple[str, list[str], list[list[str]]]:
    """Facts in one line, headings and cells; four digits for measured numbers."""
    facts = " · ".join(escape(f"{name} {_text(value)}") for name, value in shown.facts.items())
    cells = [[escape(_text(value)) for value in row] for row in shown.rows]
    return facts, list(map(escape, shown.headings)), cells


def _drawings(declared: Sequence[Mapping[str, Any]]) -> tuple[Drawing, ...]:
    """Those that this version knows: a record of another one still has its tables."""
    known = []
    for data in declared:
        with suppress(ValueError):
            known.append(drawing_from_json(data))
    return tuple(known)


def _is_measured(values: Sequence[Any]) -> bool:
    known = [value for value in values if value is not None]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in known)
    return numbers and any(isinstance(value, float) for value in known)


def _mean(group: Sequence[Mapping[str, Any]], name: str) -> float | None:
    known = [row[name] for row in group if row.get(name) is not None]
    return fmean(known) if known else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
