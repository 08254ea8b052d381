"""The primary contrast of a suite: corrected over its matrix, and what may be ranked by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from bi_bench.artifacts.run_record import PrimaryRecord, SuiteRecord
from bi_bench.report.content.row import Place, Row, Scores, Standing
from bi_bench.report.text import percent, points
from bi_bench.stats import ArmLabel, Corrected, arm_label, arm_place, holm

if TYPE_CHECKING:
    from bi_bench.stats import Contrast

# The groups in their order; arms in no group are not ranked.
_GROUPS: tuple[tuple[Place, ...], ...] = (("above",), ("reference", "tie", "barred"), ("below",))
_WORDS = {"gain": "difference of gains", "final": "difference of final scores"}


class Primary(NamedTuple):
    """The contrast against the reference that decides; ``declared`` if the suite names it."""

    contrast: Literal["gain", "final"]
    score: Literal["greedy", "sampled"]
    split: str
    declared: bool

    def of(self, row: Row) -> Contrast | None:
        """This contrast of a row, not corrected; None where there is none."""
        scores = row.scores(self.score)
        if row.split != self.split or scores is None:
            return None
        return scores.gain_difference if self.contrast == "gain" else scores.final_difference


def primary_of(suite: SuiteRecord, splits: Sequence[str]) -> Primary:
    """The primary contrast of a suite; where it declares none, the present default."""
    declared = suite.primary or PrimaryRecord()
    return Primary(
        declared.contrast if declared.declared else "final",
        declared.score,
        declared.split or (splits[0] if splits else ""),
        declared.declared,
    )


def with_standings(rows: Sequence[Row], primary: Primary) -> list[Row]:
    """The rows, those of one comparison in the order of their groups, else in the order given.

    Holm's correction is over all contrasts of the primary kind that three seeds or more support,
    whatever came of them.
    """
    contrasts = {index: c for index, row in enumerate(rows) if (c := primary.of(row)) is not None}
    p_values = {index: c.p_value for index, c in contrasts.items() if c.p_value is not None}
    corrected = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    placed = list(rows)
    for index, contrast in contrasts.items():
        standing = Standing("not tested", score=primary.score)
        if index in corrected:
            scores = getattr(rows[index], primary.score)
            standing = _standing(primary, scores, contrast, corrected[index])
        placed[index] = replace(rows[index], standing=standing)
    return [row for group in _comparisons(placed) for row in _numbered(group)]


def _standing(primary: Primary, scores: Scores, contrast: Contrast, one: Corrected) -> Standing:
    """That of one tested arm: both contrasts count, each at the level that the primary one got."""
    gain, final = (c.at(one.level) for c in (scores.gain_difference, scores.final_difference) if c)
    place: Place = arm_place(primary.contrast, gain, final)
    label = arm_label(gain, final)
    if scores.arm_label == ArmLabel.NEVER_RIGHT:
        return Standing("no verdict", label=ArmLabel.NEVER_RIGHT, score=primary.score)
    if scores.arm_label == ArmLabel.NO_VERDICT:
        place, label = "no verdict", ArmLabel.NO_VERDICT
    return Standing(place, 0, contrast.at(one.level), one.p_value, label, primary.score)


def primary_notes(rows: Sequence[Row], primary: Primary, reference: str) -> Iterator[str]:
    """Notes on what ranks arms, and on the differences that are smaller than their own noise."""
    standings = [row.standing for row in rows if row.standing is not None]
    if not standings:
        return
    tested = sum(standing.p_value is not None for standing in standings)
    chosen = "" if primary.declared else " (the default: the suite declares none)"
    correction = (
        f"corrected by Holm over {tested} contrast{'s' * (tested != 1)}; above it stands only an arm with "
        "a final score that is higher and a gain that is not lower, both at that level"
    )
    untested = "no arm has three seeds in common with it, so nothing is tested and nothing ranked"
    yield (
        f'Primary contrast{chosen}: {_WORDS[primary.contrast]} against "{reference}", '
        f"{primary.score}, on {primary.split}, {correction if tested else untested}. "
        "All other contrasts are exploratory."
    )
    wide = [
        f"{row.name} {points(contrast)}, half-width {percent(contrast.half_width)}"
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
    """The rows of one comparison by group; the reference arm leads its own, and unranked arms come last."""
    ranked = [(row, row.standing) for row in group if row.standing and _is_ranked(row.standing)]
    if not ranked:
        return list(group)
    reference = [(row, Standing("reference")) for row in group if row.is_reference]
    filled = [
        found
        for places in _GROUPS
        if (found := [each for each in reference + ranked if each[1].place in places])
    ]
    numbered = [
        replace(row, standing=replace(standing, group=number))
        for number, members in enumerate(filled, 1)
        for row, standing in members
    ]
    strategies = {row.strategy for row in numbered}
    return numbered + [row for row in group if row.strategy not in strategies]


def _is_ranked(standing: Standing) -> bool:
    return any(standing.place in places for places in _GROUPS)
