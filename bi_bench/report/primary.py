"""The primary contrast of a suite: corrected over its matrix, and what may be ranked by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from bi_bench.report.row import Place, Row, Standing
from bi_bench.report.text import percent, points
from bi_bench.stats import holm

if TYPE_CHECKING:
    from bi_bench.stats import Contrast

_ORDER: tuple[Place, ...] = ("above", "tie", "below")
_WORDS = {"gain": "difference of gains", "final": "difference of final scores"}


class Primary(NamedTuple):
    """Which contrast against the reference it is; ``declared`` if the suite names it itself."""

    contrast: Literal["gain", "final"]
    score: Literal["greedy", "sampled"]
    split: str
    declared: bool

    def of(self, row: Row) -> Contrast | None:
        """This contrast of a row, not corrected; None where there is none."""
        scores = getattr(row, self.score)
        if row.split != self.split or scores is None:
            return None
        found: Contrast | None = getattr(scores, f"{self.contrast}_difference")
        return found


def primary_of(suite: Mapping[str, Any], splits: Sequence[str]) -> Primary:
    """That of a run record's suite; in records from before there was one, the default."""
    told = suite.get("primary", {})
    return Primary(
        told.get("contrast", "gain"),
        told.get("score", "greedy"),
        told.get("split") or (splits[0] if splits else ""),
        bool(told.get("declared", False)),
    )


def with_standings(rows: Sequence[Row], primary: Primary) -> list[Row]:
    """The rows, those of one comparison in the order of their groups, else in the order given.

    Holm's correction is over all contrasts of the primary kind that three seeds or more support.
    """
    contrasts = {index: c for index, row in enumerate(rows) if (c := primary.of(row)) is not None}
    p_values = {index: c.p_value for index, c in contrasts.items() if c.p_value is not None}
    corrected = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    placed = list(rows)
    for index, contrast in contrasts.items():
        standing = Standing("tie")
        if index in corrected:
            one = corrected[index]
            side: Place = "above" if contrast.estimate > 0 else "below"
            place = side if one.rejected else "tie"
            standing = Standing(place, 0, contrast.at(one.level), one.p_value)
        placed[index] = replace(rows[index], standing=standing)
    return [row for group in _comparisons(placed) for row in _numbered(group)]


def primary_notes(rows: Sequence[Row], primary: Primary, reference: str) -> Iterator[str]:
    """What ranks arms, what does not, and which differences are smaller than their own noise."""
    standings = [row.standing for row in rows if row.standing is not None]
    if not standings:
        return
    tested = sum(standing.p_value is not None for standing in standings)
    chosen = "" if primary.declared else " (the default: the suite declares none)"
    correction = f"corrected by Holm over {tested} contrast{'s' * (tested != 1)}"
    untested = "no arm has three seeds in common with it, so nothing is tested and nothing ranked"
    yield (
        f'Primary contrast{chosen}: {_WORDS[primary.contrast]} against "{reference}", '
        f"{primary.score}, on {primary.split}, {correction if tested else untested}. "
        "All other contrasts are exploratory."
    )
    wide = [
        f"{row.strategy} · {row.algorithm} · {row.model} · {row.evaluation} "
        f"{points(contrast)}, half-width {percent(contrast.half_width)}"
        for row in rows
        if (contrast := primary.of(row)) is not None
        # A skewed bootstrap interval can be wide and still leave out zero.
        and contrast.low <= 0 <= contrast.high
        and contrast.half_width > abs(contrast.estimate)
    ]
    if wide:
        yield (
            f"Half-width larger than the {_WORDS[primary.contrast]} itself, so that its sign is open: "
            f"{'; '.join(wide)}."
        )


def _comparisons(rows: Sequence[Row]) -> list[list[Row]]:
    def place(row: Row) -> tuple[str, str, str]:
        return (row.evaluation, row.model, row.algorithm)

    return [list(group) for _, group in groupby(rows, key=place)]


def _numbered(group: Sequence[Row]) -> list[Row]:
    """The rows of one comparison by place; the reference arm stands with its ties, which it leads."""
    if not any(row.standing for row in group):
        return list(group)
    by_place: dict[Place, list[Row]] = {place: [] for place in _ORDER}
    for row in group:
        if row.standing is not None:
            by_place[row.standing.place].append(row)
        elif row.is_reference:
            by_place["tie"].insert(0, replace(row, standing=Standing("tie")))
    unranked = [row for row in group if row.standing is None and not row.is_reference]
    filled = [rows for rows in by_place.values() if rows]
    ranked = [
        replace(row, standing=replace(row.standing, group=number))
        for number, rows in enumerate(filled, 1)
        for row in rows
        if row.standing is not None
    ]
    return ranked + unranked
