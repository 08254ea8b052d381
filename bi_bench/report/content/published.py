"""Reads the numbers that others published, which a suite names, as shares."""

from __future__ import annotations

from dataclasses import dataclass

from bi_bench.artifacts.run_record import SuiteRecord


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
    """The published numbers of a suite, in its order; in % there, shares here."""
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


def _share(value: float | None) -> float | None:
    # Rounded, since 40.2 / 100 is not quite 0.402.
    return None if value is None else round(value / 100, 6)
