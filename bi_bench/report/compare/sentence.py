"""Contrasts as sentences that claim no more than their intervals do.

An interval that includes zero is never called a difference, nor the lack of one; with one or two seeds
no winner is named; floor and ceiling are named where they leave no room. Numbers and words in, text
out: nothing is read and nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bi_bench.report.text import plain
from bi_bench.stats import ArmLabel, Contrast

EXPLORATORY = (
    "This comparison was chosen by the reader and is exploratory unless it is the suite's primary "
    "contrast."
)
_CEILING = 0.85
_CONDITIONAL = {
    1: "This is conditional on one seed: the variance between seeds is unmeasured, and no winner is "
    "named.",
    2: "This is conditional on two seeds, and no winner is named.",
}
# The labels of `stats.arm_label` in words, so that "same" is read as what it is.
_LABELS = {
    ArmLabel.IMPROVED: "improved",
    ArmLabel.HIGHER_FINAL: "a higher final score, without a detectable difference of gains",
    ArmLabel.HIGHER_FINAL_LOWER_GAIN: "a higher final score from a smaller gain",
    ArmLabel.RECOVERED: "recovered, not improved",
    ArmLabel.TIE: "no detectable difference in either",
    ArmLabel.LOWER_GAIN: "a smaller gain, without a detectable difference of final scores",
    ArmLabel.WORSE: "worse",
    ArmLabel.NO_VERDICT: "no verdict, since most right answers of an arm are derived wrongly",
}


class Place(NamedTuple):
    """The evaluation that a contrast is about; ``units`` names what was asked, such as "problems"."""

    evaluation: str
    number: int
    clusters: int | None = None
    seeds: tuple[int, ...] = ()
    units: str = "problems"

    @property
    def words(self) -> str:
        """ "igsm · test-id (500 problems in 499 clusters, seeds 0-4)"."""
        inside = [f"{self.number} {self.units}"]
        if self.clusters is not None:
            inside[0] += f" in {self.clusters} clusters"
        if self.seeds:
            inside.append(seed_words(self.seeds))
        return f"{plain(self.evaluation)} ({', '.join(inside)})"


class Levels(NamedTuple):
    """The score of one arm before and after RFT, shares; ``low`` is where the interval of post begins."""

    pre: float
    post: float
    low: float


@dataclass(frozen=True)
class Unit:
    """The form of numbers in sentences: shares as points, everything else as it is."""

    scale: float = 100.0
    name: str = "points"
    digits: int = 1

    def number(self, value: float) -> str:
        """ "13.8" for 0.138."""
        rounded = round(value * self.scale, self.digits) + 0.0
        return f"{rounded:.{self.digits}f}"

    def signed(self, value: float) -> str:
        """ "+13.8"; "0.0" has no sign."""
        text = self.number(value)
        return text if text.startswith("-") or not float(text) else f"+{text}"

    def amount(self, value: float) -> str:
        """ "13.8 points"."""
        return f"{self.number(value)} {self.name}".rstrip()


POINTS = Unit()


def seed_words(seeds: Sequence[int]) -> str:
    """ "seed 3", "seeds 0-4", "seeds 0, 2 and 5"."""
    ordered = sorted(seeds)
    if len(ordered) == 1:
        return f"seed {ordered[0]}"
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"seeds {ordered[0]}-{ordered[-1]}"
    return f"seeds {', '.join(map(str, ordered[:-1]))} and {ordered[-1]}"


def sign(contrast: Contrast) -> int:
    """1 with the whole interval above zero, -1 with it below, 0 where it includes zero."""
    return int(contrast.low > 0.0) - int(contrast.high < 0.0)


def arm_sentence(
    place: Place,
    arm: str,
    other: str,
    gain: Contrast,
    final: Contrast,
    label: ArmLabel | Literal[""],
    how: str = "",
) -> str:
    """The difference of ``arm`` and ``other`` in gain and final score; ``label`` is `stats.arm_label`'s.

    ``how`` names the way of scoring, such as "greedy".
    """
    arm, other = plain(arm), plain(other)
    opening = f"On {place.words}" + (f", {how}" if how else "")
    if label == ArmLabel.NEVER_RIGHT:
        return f"{opening}, neither {arm} nor {other} was ever right, before or after RFT."
    first = _gain_words(arm, other, gain)
    if sign(gain):
        joint = " and " if sign(final) else ", and "
        second = _final_words(arm, other, final, subject=not sign(final))
    else:
        joint, second = ", and ", _final_words(arm, other, final, subject=True)
    verdict = _LABELS.get(label, "") if label else ""
    sentence = f"{opening}, {first}{joint}{second}{f': {verdict}' if verdict else ''}."
    return " ".join(filter(None, (sentence, _CONDITIONAL.get(gain.seeds, ""))))


def room_sentence(levels: dict[str, Levels], floor: float) -> str:
    """The arms near the ceiling before RFT, and those no better than a constant answer; may be empty.

    ``floor`` is the accuracy of the best constant answer.
    """
    parts = []
    for name, level in levels.items():
        if level.pre > _CEILING:
            start = POINTS.number(level.pre)
            parts.append(
                f"{plain(name)} starts at {start} %, near the ceiling, with little to gain."
            )
    at_floor = [plain(name) for name, level in levels.items() if level.low <= floor]
    if at_floor:
        some = _listed(at_floor)
        verb = "is" if len(at_floor) == 1 else "are"
        parts.append(
            f"The final score{'s' * (len(at_floor) > 1)} of {some} {verb} not shown to be above what "
            f"one constant answer gets ({POINTS.number(floor)} %)."
        )
    return " ".join(parts)


def score_sentence(
    place: Place,
    name: str,
    other: str,
    contrast: Contrast,
    unit: Unit = POINTS,
    higher_is_better: bool | None = True,
    discordant: str = "",
) -> str:
    """The difference of ``name`` and ``other`` in one score, evaluated once each.

    ``discordant`` is a text on answers that turned; ``higher_is_better`` is None where it is not known.
    """
    name, other = plain(name), plain(other)
    number, direction = contrast.estimate, sign(contrast)
    inside = f"95 % interval {_span(contrast, unit, direction)}"
    if discordant:
        inside += f"; {discordant}"
    if contrast.low == contrast.high == 0.0:
        return f"On {place.words}, {name} and {other} score the same on every one of them."
    if direction == 0:
        text = f"{name} and {other} cannot be told apart: {_unclear(contrast, unit)}"
        return f"On {place.words}, {text}{f'; {discordant}' if discordant else ''}."
    more = "more" if direction > 0 else "less"
    better = ""
    if higher_is_better is False:
        better = f", which is {'worse' if direction > 0 else 'better'}: lower is better here"
    elif higher_is_better is None:
        better = "; whether more is better the logs do not say"
    return (
        f"On {place.words}, {name} scores {unit.amount(abs(number))} {more} than {other} "
        f"({inside}){better}."
    )


def _gain_words(arm: str, other: str, gain: Contrast) -> str:
    direction = sign(gain)
    if gain.low == gain.high == 0.0:
        return f"the gains of {arm} and {other} are the same, problem by problem"
    if direction == 0:
        return f"the gains of {arm} and {other} cannot be told apart ({_unclear(gain, POINTS)})"
    more = "more" if direction > 0 else "less"
    span = _span(gain, POINTS, direction)
    return (
        f"{arm} gains {POINTS.amount(abs(gain.estimate))} {more} than {other} "
        f"(95 % interval {span}{' less' * (direction < 0)})"
    )


def _final_words(arm: str, other: str, final: Contrast, *, subject: bool) -> str:
    direction = sign(final)
    if final.low == final.high == 0.0:
        return "the final scores are the same, problem by problem"
    if direction == 0:
        return f"the final scores cannot be told apart ({_unclear(final, POINTS)})"
    higher = "higher" if direction > 0 else "lower"
    amount = POINTS.amount(abs(final.estimate))
    who = f"{arm} " if subject else ""
    return f"{who}ends {amount} {higher} ({_span(final, POINTS, direction)} {higher})"


def _span(contrast: Contrast, unit: Unit, direction: int) -> str:
    """The interval in the direction of the difference: "2.7 to 7.7" of a loss of 5.2."""
    ends = (contrast.low, contrast.high) if direction >= 0 else (-contrast.high, -contrast.low)
    return " to ".join(unit.number(end) for end in ends)


def _unclear(contrast: Contrast, unit: Unit) -> str:
    """An interval that includes zero, as what it leaves open."""
    largest = max(abs(contrast.low), abs(contrast.high))
    wide = ""
    if contrast.half_width > abs(contrast.estimate):
        wide = f", less than its half-width of {unit.number(contrast.half_width)}"
    size = f"{unit.signed(contrast.estimate)} {unit.name}".rstrip()
    return (
        f"the difference is {size}{wide}; the interval reaches from "
        f"{unit.signed(contrast.low)} to {unit.signed(contrast.high)}, so a difference of up to "
        f"{unit.amount(largest)} is not excluded"
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
