"""Labels of a contrast. "Higher" and "lower" mean an interval that leaves out zero.

"Same" means no more than an interval that includes zero, which a small suite gets easily: the
half-width belongs next to every label.
"""

from __future__ import annotations

from typing import Literal

from bi_bench.stats.contrast import SEEDS_FOR_A_WINNER, Contrast

Place = Literal["above", "tie", "barred", "below"]
_CEILING = 0.85
_GAIN = {1: "gain", 0: "no detectable change", -1: "loss"}
_CONDITIONAL = {
    1: "conditional on one seed, seed variance unmeasured: no winner named",
    2: "conditional on two seeds: no winner named",
}
_RECOVERED = "recovered, not improved"
# (sign of the difference of gains, sign of the difference of final scores)
_ARM = {
    (1, 1): "improved",
    (0, 1): "higher final, same gain",
    (-1, 1): "higher final, lower gain",
    (1, 0): _RECOVERED,
    (0, 0): "tie",
    (-1, 0): "same final, lower gain",
    # A sabotaged start gains much and still ends below: the same story as ending level.
    (1, -1): _RECOVERED,
    (0, -1): "worse",
    (-1, -1): "worse",
}


def gain_label(gain: Contrast, pre: float) -> tuple[str, ...]:
    """Labels of one cell: gain, loss or no detectable change; then the marks that apply.

    `pre` is the score before RL, 0 to 1; above 0.85 the cell is marked "ceiling". With one or two
    seeds a mark shows that the interval is conditional on them. Raises ValueError on another `pre`.
    """
    _check_score("pre", pre)
    labels = [_GAIN[_sign(gain)]]
    if gain.seeds < SEEDS_FOR_A_WINNER:
        labels.append(_CONDITIONAL[gain.seeds])
    if pre > _CEILING:
        labels.append("ceiling")
    return tuple(labels)


def arm_label(gain_difference: Contrast, final_difference: Contrast) -> str:
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
    if label == _RECOVERED or gain_difference.seeds >= SEEDS_FOR_A_WINNER:
        return label
    return f"no winner ({gain_difference.note})"


def arm_place(
    primary: Literal["gain", "final"], gain_difference: Contrast, final_difference: Contrast
) -> Place:
    """The place of an arm relative to the reference arm, from both contrasts at the corrected level.

    "above" takes the `primary` contrast above zero, a final score that is higher and a gain that is not
    lower, since a gain alone can be had by damaging the model first. A lower final score is "below"
    whatever the gain, and so is a lower gain that is primary without a higher final score. "tie" is a
    primary contrast that includes zero, "barred" one above it that the other contrast speaks against.
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
