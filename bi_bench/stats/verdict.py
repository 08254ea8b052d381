"""Labels of a contrast. "Higher" and "lower" mean an interval that leaves out zero.

"Same" means no more than an interval that includes zero, which a small suite gets easily: the
half-width belongs next to every label.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from bi_bench.stats.contrast import SEEDS_FOR_A_WINNER, Contrast

Place = Literal["above", "tie", "barred", "below"]
_CEILING = 0.85


class GainLabel(StrEnum):
    """Labels of the gain of one arm: a verdict, then the marks that apply."""

    GAIN = "gain"
    NO_CHANGE = "no detectable change"
    LOSS = "loss"
    # For callers that know the answers behind the scores: none is a matter of this interval alone.
    NEVER_RIGHT = "never right"
    NO_VERDICT = "no verdict"
    FORMAT = "format"
    ONE_SEED = "conditional on one seed, seed variance unmeasured: no winner named"
    TWO_SEEDS = "conditional on two seeds: no winner named"
    CEILING = "ceiling"


class ArmLabel(StrEnum):
    """The verdict on an arm against the reference arm."""

    IMPROVED = "improved"
    HIGHER_FINAL = "higher final, same gain"
    HIGHER_FINAL_LOWER_GAIN = "higher final, lower gain"
    RECOVERED = "recovered, not improved"
    TIE = "tie"
    LOWER_GAIN = "same final, lower gain"
    WORSE = "worse"
    ONE_SEED = "no winner (seed variance unmeasured)"
    TWO_SEEDS = "no winner (conditional on two seeds)"
    # For callers that know the answers behind the scores: neither is a matter of intervals.
    NEVER_RIGHT = "never right"
    NO_VERDICT = "no verdict"

    @property
    def names_no_winner(self) -> bool:
        """True if one or two seeds are too few for a verdict."""
        return self in _CONDITIONAL_ARM.values()

    @property
    def is_claim(self) -> bool:
        """True if it says something about the arm, "tie" included."""
        return not self.names_no_winner and self not in (ArmLabel.NEVER_RIGHT, ArmLabel.NO_VERDICT)


_GAIN = {1: GainLabel.GAIN, 0: GainLabel.NO_CHANGE, -1: GainLabel.LOSS}
_CONDITIONAL_GAIN = {1: GainLabel.ONE_SEED, 2: GainLabel.TWO_SEEDS}
_CONDITIONAL_ARM = {1: ArmLabel.ONE_SEED, 2: ArmLabel.TWO_SEEDS}
# (sign of the difference of gains, sign of the difference of final scores)
_ARM = {
    (1, 1): ArmLabel.IMPROVED,
    (0, 1): ArmLabel.HIGHER_FINAL,
    (-1, 1): ArmLabel.HIGHER_FINAL_LOWER_GAIN,
    (1, 0): ArmLabel.RECOVERED,
    (0, 0): ArmLabel.TIE,
    (-1, 0): ArmLabel.LOWER_GAIN,
    # A sabotaged start gains much and still ends below: the same story as ending level.
    (1, -1): ArmLabel.RECOVERED,
    (0, -1): ArmLabel.WORSE,
    (-1, -1): ArmLabel.WORSE,
}


def gain_label(gain: Contrast, pre: float) -> tuple[GainLabel, ...]:
    """Labels of one arm: gain, loss or no detectable change; then the marks that apply.

    `pre` is the score before RL, 0 to 1; above 0.85 the arm is marked "ceiling". With one or two
    seeds a mark shows that the interval is conditional on them. Raises ValueError on another `pre`.
    """
    _check_score("pre", pre)
    labels = [_GAIN[_sign(gain)]]
    if gain.seeds < SEEDS_FOR_A_WINNER:
        labels.append(_CONDITIONAL_GAIN[gain.seeds])
    if pre > _CEILING:
        labels.append(GainLabel.CEILING)
    return tuple(labels)


def arm_label(gain_difference: Contrast, final_difference: Contrast) -> ArmLabel:
    """Label of an arm against the reference arm, from arm minus reference of gain and of final.

    An arm with a higher gain whose final score is not higher is "recovered, not improved", with
    any number of seeds, since that names no winner; every other label needs three seeds. Raises
    ValueError where the two contrasts differ in seeds or problems.
    """
    if (gain_difference.seeds, gain_difference.problems) != (
        final_difference.seeds,
        final_difference.problems,
    ):
        raise ValueError(
            f"gain over {gain_difference.seeds} seeds x {gain_difference.problems} problems, final "
            f"score over {final_difference.seeds} x {final_difference.problems}; take both "
            "differences on the same seeds and problems"
        )
    label = _ARM[_sign(gain_difference), _sign(final_difference)]
    if label is ArmLabel.RECOVERED or gain_difference.seeds >= SEEDS_FOR_A_WINNER:
        return label
    return _CONDITIONAL_ARM[gain_difference.seeds]


def arm_place(
    primary: Literal["gain", "final"], gain_difference: Contrast, final_difference: Contrast
) -> Place:
    """The place of an arm relative to the reference arm, from both contrasts at the corrected level.

    "above": the `primary` contrast above zero, the final score higher and the gain not lower, since a
    gain alone can be bought by damaging the model first. "below": the final score lower, or a lower
    primary gain without a higher final score. "tie": the primary contrast includes zero. "barred": it
    is above zero, but the other contrast does not support it.
    """
    gain, final = _sign(gain_difference), _sign(final_difference)
    decisive = gain if primary == "gain" else final
    if final < 0 or (decisive < 0 and final == 0):
        return "below"
    if decisive == 0:
        return "tie"
    return "above" if final > 0 and gain >= 0 else "barred"


def headroom_gain(pre: float, post: float) -> float | None:
    """Gain as a share of what was left to gain, (post - pre) / (1 - pre); None where pre is 1.

    Scores are 0 to 1, else ValueError. Negative gains come out in full, below -1 too.
    """
    _check_score("pre", pre)
    _check_score("post", post)
    return None if pre == 1.0 else (post - pre) / (1.0 - pre)


def _sign(contrast: Contrast) -> int:
    """1 with the whole interval above zero, -1 with it below, else 0."""
    return int(contrast.low > 0.0) - int(contrast.high < 0.0)


def _check_score(name: str, score: float) -> None:
    if not 0.0 <= score <= 1.0:
        raise ValueError(f"{name} is {score}; give a score from 0 to 1, not points or percent")
