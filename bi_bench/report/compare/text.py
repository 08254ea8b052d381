"""Two arms against each other, as sentences and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from bi_bench.report.build.row import KINDS, gain_points
from bi_bench.report.compare.contrasts import Both, Versus
from bi_bench.report.compare.sentence import (
    EXPLORATORY,
    Levels,
    Place,
    arm_sentence,
    room_sentence,
    wrap,
)
from bi_bench.report.text import percent, plain

_HEADINGS = {
    "greedy": ("pre", "post", "gain"),
    "sampled": ("pre@{k}", "post@{k}", "gain@{k}"),
    "derived": ("derived pre", "derived post", "derived gain"),
}


def sentences(found: Versus) -> list[str]:
    """What greedy and sampled answers say of two arms on one split, and what leaves no room."""
    if found.refused:
        return [
            f"On {plain(found.evaluation)}, {plain(found.one.name)} and {plain(found.other.name)} "
            f"cannot be compared: refused, {plain(found.refused)}."
        ]
    place = Place(found.evaluation, found.problems, found.clusters, found.seeds)
    said = []
    hows = (
        ("greedy", found.greedy),
        (f"mean of {found.samples} sampled answers", found.sampled),
        ("greedy with every needed step right", found.derived),
    )
    for how, both in hows:
        if both is not None:
            said.append(_sentence(place, found, both, how))
    if found.greedy is not None:
        one, other = found.greedy.one, found.greedy.other
        levels = {
            name: Levels(scores.pre.estimate, scores.post.estimate, scores.post.low)
            for name, scores in ((found.one.name, one), (found.other.name, other))
        }
        said.append(room_sentence(levels, found.floor))
    if found.flips is not None:
        said.append(_flips(found))
    return [text for text in said if text]


def to_text(all_found: Sequence[Versus], below: Sequence[str] = ()) -> str:
    """Scores and sentences of every comparison, then what holds for all of them."""
    parts = []
    for found in all_found:
        parts.append(plain(f"{found.evaluation}: {found.one.name} against {found.other.name}"))
        if found.greedy is not None:
            parts.append(_table(found))
        parts += [wrap(sentence) for sentence in sentences(found)]
    parts.append("\n".join(wrap(plain(line)) for line in below))
    return "\n\n".join(filter(None, parts)) + "\n"


def to_json(all_found: Sequence[Versus], below: Sequence[str] = ()) -> dict[str, Any]:
    """Everything in full precision, sentences included."""
    return {
        "comparisons": [
            {
                "evaluation": found.evaluation,
                "split": found.split,
                **{
                    side: {"name": each.name, "run": each.run, **each.arm._asdict()}
                    for side, each in (("one", found.one), ("other", found.other))
                },
                "seeds": list(found.seeds),
                "problems": found.problems,
                "clusters": found.clusters,
                "floor": found.floor,
                "greedy": asdict(found.greedy) if found.greedy else None,
                "sampled": asdict(found.sampled) if found.sampled else None,
                "derived": asdict(found.derived) if found.derived else None,
                "flips": asdict(found.flips) if found.flips else None,
                "refused": found.refused,
                "sentences": sentences(found),
            }
            for found in all_found
        ],
        "notes": list(below),
    }


def closing(all_found: Sequence[Versus], primary: Sequence[str] = ()) -> list[str]:
    """What holds for all comparisons; ``primary`` names those that their suite declares."""
    lines = [note for found in all_found for note in found.notes]
    lines += [
        f"{name} is a primary contrast of its suite: its report corrects it." for name in primary
    ]
    compared = sum(found.greedy is not None for found in all_found)
    if compared:
        lines.append("Intervals are 95 %, and not corrected for the number of comparisons.")
    if compared and not primary:
        lines.append(EXPLORATORY)
    elif compared:
        lines.append("Every other contrast here was chosen by the reader and is exploratory.")
    return lines


def _sentence(place: Place, found: Versus, both: Both, how: str) -> str:
    gain, final = both.one.gain_difference, both.one.final_difference
    assert gain is not None
    assert final is not None
    names = found.one.name, found.other.name
    return arm_sentence(place, *names, gain, final, both.one.arm_label, how)


def _flips(found: Versus) -> str:
    flips = found.flips
    assert flips is not None
    mean = ", on average over seeds," if len(found.seeds) > 1 else ""
    text = (
        f"Of {found.problems} greedy answers after RFT{mean} {_count(flips.only_one)} are right in "
        f"{plain(found.one.name)} alone and {_count(flips.only_other)} in {plain(found.other.name)} alone"
    )
    test = "" if flips.p_value is None else f" (exact McNemar p = {flips.p_value:.2g})"
    return f"{text}{test}."


def _count(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _table(found: Versus) -> str:
    scored = {kind: both for kind in KINDS if (both := getattr(found, kind)) is not None}
    rows = []
    for side, name in (("one", found.one.name), ("other", found.other.name)):
        row = [plain(name)]
        for both in scored.values():
            scores = getattr(both, side)
            row += [percent(scores.pre.estimate), percent(scores.post.estimate)]
            row.append(gain_points(scores))
        rows.append(row)
    names = [name.format(k=found.samples) for kind in scored for name in _HEADINGS[kind]]
    text: str = tabulate(rows, ["arm", *names], tablefmt="simple", disable_numparse=True)
    return text
