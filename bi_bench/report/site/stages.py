"""Tables of the stages of one arm: resolved parameters, content keys, costs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from bi_bench.artifacts.role import AUGMENT, BASE, PROBE, RFT, SFT, post, problems
from bi_bench.report.data.cells import Cell
from bi_bench.report.data.results import Results

# The keys of parents are in the list of keys, and the parents have parts themselves.
_LEFT_OUT = ("parents", "schema", "kind")
_ROLES = (BASE, problems("sft"), AUGMENT, SFT, PROBE, problems("rl"), RFT)
_COSTS = ("wall_seconds", "peak_memory_mb", "tokens_trained", "tokens_generated")


def identities(cell: Cell, split: str, results: Results) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each stage of a cell that decides a score: its role, and what its key is made of, flat."""
    roles = [*_ROLES, problems(split), post(split)]
    return [
        (role, list(_flat(results.stage(cell.keys[role]).identity)))
        for role in roles
        if cell.done(role)
    ]


def key_table(cells: Sequence[Cell]) -> dict[str, Any]:
    """A table of content keys: a row for each role and seed, or for a role where all seeds share the key."""
    roles = dict.fromkeys(role for cell in cells for role in cell.keys)
    rows = []
    for role in roles:
        keys = [cell.keys.get(role, "") for cell in cells]
        alike = len(set(keys)) == 1
        rows += (
            [[role, "all", keys[0]]]
            if alike
            else [[role, str(cell.seed), key] for cell, key in zip(cells, keys, strict=True)]
        )
    return {"headings": ["role", "seed", "content key"], "rows": rows, "code": True}


def cost_table(cells: Sequence[Cell], results: Results) -> dict[str, Any]:
    """A table of what the stages cost, one row a role, as means over the seeds."""
    rows = []
    for role in dict.fromkeys(role for cell in cells for role in cell.keys):
        costs = [results.costs(key) for key in results.done(cells, role)]
        means = [_mean([getattr(cost, name) for cost in costs]) for name in _COSTS]
        if any(means):
            rows.append([role, *means])
    names = ["role", "seconds", "peak memory (MB)", "tokens trained", "tokens generated"]
    return {"headings": names, "rows": rows}


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    mean = fmean(known)
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.1f}"


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Dotted paths and values as text."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if path or name not in _LEFT_OUT:
                yield from _flat(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
