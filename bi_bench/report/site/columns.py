"""The columns of the leaderboard: what the report's tables show, with what each is sorted by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from bi_bench.report.build.row import Row
from bi_bench.report.tables.columns import DERIVED, FACTS, MEASURED, SCORED, Column
from bi_bench.report.tables.flat import flat_row

GROUPS = {
    "scores": "scores",
    "basis": "problems and seeds",
    "contrasts": "more contrasts",
    "sampled": "sampled answers",
    "derived": "every step right",
    "answers": "how answers ended",
    "costs": "costs",
    "more": "more",
}
# Shown at first; a reader adds the others.
SHOWN_GROUPS = ("scores", "basis")

# Heading in the report's tables -> (group, name in `flat_row` that it is sorted by). A heading that
# is not named here still gets a column, in the group "more", sorted by its text.
PLACES = {
    "model": ("axes", "model"),
    "algorithm": ("axes", "algorithm"),
    "problems": ("basis", "problems"),
    "samples": ("basis", "samples"),
    "seeds": ("basis", "seeds_finished"),
    "floor": ("basis", "floor"),
    "overlap": ("basis", "overlap_contaminated"),
    "group": ("scores", "group"),
    "pre": ("scores", "pre"),
    "post": ("scores", "post"),
    "gain": ("scores", "gain"),
    "of headroom": ("contrasts", "headroom_gain"),
    "final vs {reference}": ("scores", "final_vs_reference"),
    "gain vs {reference}": ("contrasts", "gain_vs_reference"),
    "primary, corrected": ("contrasts", "primary"),
    "gain vs random reward": ("contrasts", "gain_vs_random"),
    "label": ("scores", ""),
    "marks": ("scores", "marks"),
    "pre@{k}": ("sampled", "pre_k"),
    "post@{k}": ("sampled", "post_k"),
    "gain@{k}": ("sampled", "gain_k"),
    "final@{k} vs {reference}": ("sampled", "final_vs_reference_k"),
    "gain@{k} vs {reference}": ("sampled", "gain_vs_reference_k"),
    "label@{k}": ("sampled", "arm_label_k"),
    "own gain, exploratory": ("contrasts", "gain_label"),
    "derived pre": ("derived", "pre_derived"),
    "derived post": ("derived", "post_derived"),
    "derived gain": ("derived", "gain_derived"),
    "derived final vs {reference}": ("derived", "final_vs_reference_derived"),
    "derived gain vs {reference}": ("derived", "gain_vs_reference_derived"),
    "derived label": ("derived", "arm_label_derived"),
    "informative": ("scores", "informative"),
    "spread": ("contrasts", "spread"),
    "fixed / broken": ("answers", "fixed"),
    "gain by parsing / accuracy": ("answers", "gain_parsing"),
    "pass@{k}": ("sampled", "pass_post_k"),
    "maj@{k}": ("sampled", "majority_post_k"),
    "truncated": ("answers", "truncated_post"),
    "unparsed": ("answers", "unparsed_post"),
    "contradictory": ("answers", "contradictory_post"),
    "wrong derivation among right": ("answers", "wrong_derivation_post"),
    "not recognised among right": ("answers", "unrecognised_post"),
    "answer tokens": ("answers", "answer_tokens_post"),
    "tokens trained": ("costs", "tokens_trained"),
    "tokens generated": ("costs", "tokens_generated"),
    "minutes": ("costs", "wall_seconds"),
    "RFT steps": ("costs", "rft_steps"),
    "RFT minutes": ("costs", "rft_seconds"),
}


class SiteColumn(NamedTuple):
    """A column: its heading, its group, how it shows a row, and its name in ``flat_row``."""

    name: str
    group: str
    show: Callable[[Row], str]
    key: str


class SiteCell(NamedTuple):
    """One cell: text, what it is sorted by, and the interval (low, middle, high) if it has one."""

    text: str
    value: str | float | None
    interval: tuple[float, float, float] | None


AXES = (
    SiteColumn("benchmark", "axes", lambda row: row.benchmark, "benchmark"),
    SiteColumn("split", "axes", lambda row: row.split, "split"),
)


def used_columns(rows: Sequence[Row]) -> tuple[list[SiteColumn], list[tuple[str, str]]]:
    """The columns that say something, and facts (name, text) that hold for all rows alike."""
    placed = [_placed(column) for column in (*FACTS, *SCORED, *DERIVED, *MEASURED)]
    columns: list[SiteColumn] = []
    facts: list[tuple[str, str]] = []
    for column in (*AXES, *placed):
        texts = {column.show(row) for row in rows}
        if column.group in ("axes", "basis") and len(texts) == 1 and rows:
            facts.append((column.name, texts.pop()))
        elif any(texts):
            columns.append(column)
    order = ("axes", *GROUPS)
    columns.sort(key=lambda column: order.index(column.group))
    return columns, facts


def heading(column: SiteColumn, rows: Sequence[Row], reference: str) -> str:
    """The name of a column with the number of samples and the reference arm in it."""
    samples = {row.samples for row in rows}
    k = str(samples.pop()) if len(samples) == 1 else "k"
    return column.name.replace("{k}", k).replace("{reference}", reference)


def cell(column: SiteColumn, row: Row) -> SiteCell:
    """What one column shows of one row."""
    flat = flat_row(row)
    text = column.show(row)
    value = flat.get(column.key) if column.key else (text or None)
    return SiteCell(text, value, _interval(column.key, flat))


def _interval(key: str, flat: dict[str, Any]) -> tuple[float, float, float] | None:
    suffix = next((end for end in ("_k", "_derived") if key.endswith(end)), "")
    stem = key.removesuffix(suffix)
    ends = [flat.get(f"{stem}_{end}{suffix}") for end in ("low", "high")]
    middle = flat.get(key)
    if middle is None or None in ends:
        return None
    return float(ends[0]), float(middle), float(ends[1])  # type: ignore[arg-type]


def _placed(column: Column) -> SiteColumn:
    group, key = PLACES.get(column.name, ("more", ""))
    return SiteColumn(column.name, group, _standing if key == "group" else column.show, key)


def _standing(row: Row) -> str:
    """The group and what it means: "2 · tie"; the place alone where there is no group."""
    if row.standing is None:
        return ""
    return " · ".join(filter(None, (str(row.standing.group or ""), row.standing.place)))
