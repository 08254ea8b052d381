"""Numbers that others published: beside ours in a table of their own, and in no contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bi_bench.artifacts.run_record import SuiteRecord
from bi_bench.report.content.row import Row, evaluation, gain_points
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


@dataclass(frozen=True)
class Published:
    """One published number with the labels of the row it belongs to; scores as shares."""

    benchmark: str
    split: str
    model: str
    algorithm: str
    strategy: str
    pre: float | None
    post: float | None
    gain: float | None
    tag: str
    source: str
    note: str = ""

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """The labels that tell rows apart."""
        return (self.benchmark, self.split, self.model, self.algorithm, self.strategy)


def read_published(suite: SuiteRecord) -> tuple[Published, ...]:
    """What the suite of a run record names, in its order; there in %, here as shares."""
    return tuple(
        Published(
            one.benchmark,
            one.split,
            one.model,
            one.algorithm,
            one.strategy,
            pre=_share(one.pre),
            post=_share(one.post),
            gain=_share(one.gain),
            tag=one.tag,
            source=one.source,
            note=one.note,
        )
        for one in suite.published
    )


def published_table(
    published: Sequence[Published], rows: Sequence[Row]
) -> tuple[list[str], list[list[str]]]:
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
    return list(HEADINGS), cells


def published_notes(published: Sequence[Published]) -> list[str]:
    """What the tags mean, and where the numbers come from."""
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


def _share(value: float | None) -> float | None:
    # Rounded, since 40.2 / 100 is not quite 0.402.
    return None if value is None else round(value / 100, 6)
