"""The table of numbers that others published, next to those of the run; they are in no contrast."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.report.content.published import Published
from bi_bench.report.content.row import Row, evaluation, gain_points
from bi_bench.report.tables.grid import Grid
from bi_bench.report.text import percent

TITLE = "Published elsewhere, not measured here"
TAGS = {
    "P": "the publication itself",
    "C": "read in the authors' released code",
    "M": "measured with the authors' released code",
    "D": "derived from other numbers",
    "S": "second-hand, never verified",
    "U": "origin not known",
}
HEADINGS = (
    "evaluation",
    "model",
    "algorithm",
    "strategy",
    "published pre",
    "published post",
    "published gain",
    "tag",
    "our pre",
    "our post",
    "our gain",
)


def published_table(published: Sequence[Published], rows: Sequence[Row]) -> Grid:
    """Headings and cells: their numbers, and ours where the row is finished."""
    ours = {(r.benchmark, r.split, r.model, r.algorithm, r.strategy): r for r in rows}
    cells = []
    for one in published:
        row = ours.get(one.place)
        scores = row.greedy if row else None
        gain = "" if one.gain is None else f"{100 * one.gain:+.1f}"
        cells.append(
            [
                evaluation(one.benchmark, one.split),
                *(one.model, one.algorithm, one.strategy),
                *(percent(one.pre), percent(one.post), gain, one.tag),
                percent(scores.pre.estimate) if scores else "",
                percent(scores.post.estimate) if scores else "",
                gain_points(scores),
            ]
        )
    return Grid(list(HEADINGS), cells)


def published_notes(published: Sequence[Published]) -> list[str]:
    """Notes on the meaning of the tags, and on the sources of the numbers."""
    if not published:
        return []
    tags = dict.fromkeys(one.tag for one in published)
    notes = [f"Published numbers are in no contrast. {'; '.join(f'{t}: {TAGS[t]}' for t in tags)}."]
    sources: dict[tuple[str, str], list[str]] = {}
    for one in published:
        sources.setdefault((one.source, one.note), []).append(f"{one.strategy} · {one.model}")
    for (source, note), places in sources.items():
        rest = f" ({note})" if note else ""
        notes.append(f"Published for {', '.join(places)}: {source}{rest}.")
    return notes
