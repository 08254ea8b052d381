"""Measures how many right answers are derived wrongly: where most are, a score is no sign of reasoning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.report.data.results import Pair

_MOSTLY = 0.5


def judged(outcomes: Iterable[Outcomes]) -> list[tuple[bool, bool]]:
    """For each greedy answer whose derivation the benchmark judges: answer right, derivation right."""
    return [
        (bool(right), sound)
        for one in outcomes
        for right, sound in zip(one.greedy, one.derivation, strict=True)
        if sound is not None
    ]


def wrong_among_right(outcomes: Iterable[Outcomes]) -> float | None:
    """The share of the right greedy answers whose derivation is wrong; None where there are none."""
    sound = [sound for right, sound in judged(outcomes) if right]
    return fmean(not one for one in sound) if sound else None


def judges_derivations(pairs: Mapping[int, Pair]) -> bool:
    """True where the benchmark judges derivations at all."""
    return bool(judged(outcomes for pair in pairs.values() for outcomes in pair))


def mostly_wrong(pairs: Mapping[int, Pair]) -> bool:
    """True where most right answers of an arm are derived wrongly, after RFT or over both evaluations."""
    sets: tuple[Sequence[Outcomes], ...] = (
        [pair.post for pair in pairs.values()],
        [outcomes for pair in pairs.values() for outcomes in pair],
    )
    return any((wrong_among_right(outcomes) or 0.0) > _MOSTLY for outcomes in sets)
