"""Adds to outcomes what follows from their single answers, where these are stored."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.samples import has_samples, read_samples


class Votes(NamedTuple):
    """By problem: whether the greedy answer was parsed, and maj@k of the sampled ones."""

    parsed: tuple[bool, ...]
    majority: tuple[float, ...]


def read_votes(folder: Path) -> Votes | None:
    """The votes of an evaluation; None where its answers are not stored, as in a published record."""
    if not has_samples(folder):
        return None
    from bi_bench.stats import majority_score

    parsed: list[bool] = []
    votes: dict[str, tuple[list[str | None], list[bool]]] = {}
    for sample in read_samples(folder):
        if sample.greedy:
            parsed.append(sample.parsed)
        else:
            answers, verdicts = votes.setdefault(sample.problem, ([], []))
            answers.append(sample.answer if sample.parsed else None)
            verdicts.append(sample.correct)
    return Votes(tuple(parsed), tuple(majority_score(*vote) for vote in votes.values()))


def with_votes(outcomes: Outcomes, folder: Path) -> Outcomes:
    """The outcomes with their votes; a published record holds these by itself."""
    if outcomes.model_fields_set >= set(Votes._fields) or (votes := read_votes(folder)) is None:
        return outcomes
    missing = {n: v for n, v in votes._asdict().items() if n not in outcomes.model_fields_set}
    return outcomes.model_copy(update=missing)
