"""Comparisons of arms as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from bi_bench.report.compare.contrasts import Comparison, ScorePair
from bi_bench.report.compare.sentence import (
    EXPLORATORY,
    Levels,
    Place,
    arm_sentence,
    room_sentence,
)
from bi_bench.report.content.row import KINDS, Kind, gain_points
from bi_bench.report.text import percent, plain, wrap

_WAYS: dict[Kind, str] = {
    "greedy": "greedy",
    "sampled": "mean of {k} sampled answers",
    "derived": "greedy with every needed step right",
    "semantic": "greedy in the lenient reading",
}
_HEADINGS: dict[Kind, tuple[str, ...]] = {
    "greedy": ("pre", "post", "gain"),
    "sampled": ("pre@{k}", "post@{k}", "gain@{k}"),
    "derived": ("derived pre", "derived post", "derived gain"),
    "semantic": ("lenient pre", "lenient post", "lenient gain"),
}


def sentences(comparison: Comparison) -> list[str]:
    """The result of a comparison in sentences: each way to score, floor and ceiling, flips."""
    one, other = comparison.one.name, comparison.other.name
    if comparison.refused:
        return [
            f"On {plain(comparison.evaluation)}, {plain(one)} and {plain(other)} cannot be compared: "
            f"refused, {plain(comparison.refused)}."
        ]
    place = Place(comparison.evaluation, comparison.problems, comparison.clusters, comparison.seeds)
    lines = []
    for kind, pair in comparison.pairs.items():
        how = _WAYS[kind].format(k=comparison.samples)
        lines.append(_sentence(place, comparison, pair, how))
    if comparison.greedy is not None:
        named = {one: comparison.greedy.one, other: comparison.greedy.other}
        levels = {
            name: Levels(scores.pre.estimate, scores.post.estimate, scores.post.low)
            for name, scores in named.items()
        }
        lines.append(room_sentence(levels, comparison.floor))
    if comparison.flips is not None:
        lines.append(_flips(comparison))
    return [text for text in lines if text]


def to_text(comparisons: Sequence[Comparison], notes: Sequence[str] = ()) -> str:
    """Scores and sentences of every comparison, then what holds for all of them."""
    parts = []
    for comparison in comparisons:
        parts.append(
            plain(f"{comparison.evaluation}: {comparison.one.name} against {comparison.other.name}")
        )
        if comparison.greedy is not None:
            parts.append(_table(comparison))
        parts += [wrap(sentence) for sentence in sentences(comparison)]
    parts.append("\n".join(wrap(plain(line)) for line in notes))
    return "\n\n".join(filter(None, parts)) + "\n"


def to_json(comparisons: Sequence[Comparison], notes: Sequence[str] = ()) -> dict[str, Any]:
    """Everything in full precision, sentences included."""
    return {"comparisons": list(map(_to_json, comparisons)), "notes": list(notes)}


def _to_json(comparison: Comparison) -> dict[str, Any]:
    one, other, pairs = comparison.one, comparison.other, comparison.pairs
    return {
        "evaluation": comparison.evaluation,
        "split": comparison.split,
        "one": {"name": one.name, "run": one.run, **one.arm._asdict()},
        "other": {"name": other.name, "run": other.run, **other.arm._asdict()},
        "seeds": list(comparison.seeds),
        "problems": comparison.problems,
        "clusters": comparison.clusters,
        "floor": comparison.floor,
        **{
            kind: asdict(pairs[kind]) if kind in pairs else None
            for kind in KINDS
            if kind in pairs or kind != "semantic"
        },
        "flips": asdict(comparison.flips) if comparison.flips else None,
        "refused": comparison.refused,
        "sentences": sentences(comparison),
    }


def closing(comparisons: Sequence[Comparison], primary: Sequence[str] = ()) -> list[str]:
    """Notes on all comparisons; ``primary`` names those that their suite declares."""
    lines = [note for comparison in comparisons for note in comparison.notes]
    lines += [
        f"{name} is a primary contrast of its suite: its report corrects it." for name in primary
    ]
    compared = sum(comparison.greedy is not None for comparison in comparisons)
    if compared:
        lines.append("Intervals are 95 %, and not corrected for the number of comparisons.")
    if compared and not primary:
        lines.append(EXPLORATORY)
    elif compared:
        lines.append("Every other contrast here was chosen by the reader and is exploratory.")
    return lines


def _sentence(place: Place, comparison: Comparison, pair: ScorePair, how: str) -> str:
    gain, final = pair.one.gain_difference, pair.one.final_difference
    assert gain is not None
    assert final is not None
    names = comparison.one.name, comparison.other.name
    return arm_sentence(place, *names, gain, final, pair.one.arm_label, how)


def _flips(comparison: Comparison) -> str:
    flips = comparison.flips
    assert flips is not None
    mean = ", on average over seeds," if len(comparison.seeds) > 1 else ""
    text = (
        f"Of {comparison.problems} greedy answers after RFT{mean} {_count(flips.only_one)} are right in "
        f"{plain(comparison.one.name)} alone and {_count(flips.only_other)} in "
        f"{plain(comparison.other.name)} alone"
    )
    test = "" if flips.p_value is None else f" (exact McNemar p = {flips.p_value:.2g})"
    return f"{text}{test}."


def _count(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _table(comparison: Comparison) -> str:
    rows = [[plain(comparison.one.name)], [plain(comparison.other.name)]]
    for pair in comparison.pairs.values():
        for row, scores in zip(rows, (pair.one, pair.other), strict=True):
            row += [percent(scores.pre.estimate), percent(scores.post.estimate)]
            row.append(gain_points(scores))
    kinds = comparison.pairs
    names = [name.format(k=comparison.samples) for kind in kinds for name in _HEADINGS[kind]]
    text: str = tabulate(rows, ["arm", *names], tablefmt="simple", disable_numparse=True)
    return text
