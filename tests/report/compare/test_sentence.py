from __future__ import annotations

import pytest

from bi_bench.report.compare.sentence import (
    Levels,
    Place,
    Unit,
    arm_sentence,
    room_sentence,
    score_sentence,
    seed_words,
)
from bi_bench.stats import ArmLabel, Contrast, arm_label

PLACE = Place("igsm · test-id", 500, 499, (0, 1, 2, 3, 4))


def contrast(estimate: float, low: float, high: float, seeds: int = 5) -> Contrast:
    return Contrast(estimate / 100, low / 100, high / 100, "two-way t", seeds, 500, 9.0)


def said(gain: Contrast, final: Contrast) -> str:
    return arm_sentence(PLACE, "bridge", "vanilla", gain, final, arm_label(gain, final))


def test_a_higher_gain_that_ends_lower_is_recovered_not_improved() -> None:
    text = said(contrast(13.84, 9.1, 18.6), contrast(-5.2, -7.7, -2.7))
    assert text == (
        "On igsm · test-id (500 problems in 499 clusters, seeds 0-4), bridge gains 13.8 points more "
        "than vanilla (95 % interval 9.1 to 18.6) and ends 5.2 points lower (2.7 to 7.7 lower): "
        "recovered, not improved."
    )


def test_an_interval_with_zero_is_no_difference_and_no_equality() -> None:
    text = said(contrast(1.2, -3.0, 5.4), contrast(-0.4, -4.0, 3.2))
    assert text == (
        "On igsm · test-id (500 problems in 499 clusters, seeds 0-4), the gains of bridge and vanilla "
        "cannot be told apart (the difference is +1.2 points, less than its half-width of 4.2; the "
        "interval reaches from -3.0 to +5.4, so a difference of up to 5.4 points is not "
        "excluded), and the final scores cannot be told apart (the difference is -0.4 points, less "
        "than its half-width of 3.6; the interval reaches from -4.0 to +3.2, so a "
        "difference of up to 4.0 points is not excluded): no detectable difference in either."
    )


LOW, NONE, HIGH = contrast(-5, -8, -2), contrast(1, -2, 4), contrast(6, 3, 9)


@pytest.mark.parametrize(
    ("gain", "final", "end"),
    [
        (HIGH, HIGH, "ends 6.0 points higher (3.0 to 9.0 higher): improved."),
        (NONE, HIGH, "without a detectable difference of gains."),
        (LOW, HIGH, "higher): a higher final score from a smaller gain."),
        (HIGH, NONE, "not excluded): recovered, not improved."),
        (LOW, NONE, "a smaller gain, without a detectable difference of final scores."),
        (HIGH, LOW, "lower): recovered, not improved."),
        (NONE, LOW, "ends 5.0 points lower (2.0 to 8.0 lower): worse."),
        (LOW, LOW, "lower): worse."),
    ],
)
def test_every_label_has_its_words(gain: Contrast, final: Contrast, end: str) -> None:
    text = said(gain, final)
    assert text.endswith(end)
    assert ("cannot be told apart" in text) == (gain is NONE or final is NONE)


def test_a_loss_is_told_in_its_own_direction() -> None:
    assert "bridge gains 5.0 points less than vanilla (95 % interval 2.0 to 8.0 less)" in said(
        LOW, LOW
    )


@pytest.mark.parametrize(("seeds", "word"), [(1, "one seed"), (2, "two seeds")])
def test_one_or_two_seeds_name_no_winner(seeds: int, word: str) -> None:
    gain, final = contrast(13, 9, 18, seeds), contrast(5, 2, 8, seeds)
    place = PLACE._replace(seeds=tuple(range(seeds)))
    text = arm_sentence(place, "bridge", "vanilla", gain, final, arm_label(gain, final))
    assert f"conditional on {word}" in text
    assert "no winner is named" in text
    assert "improved" not in text


def test_a_narrow_miss_does_not_call_its_half_width_larger() -> None:
    text = said(contrast(4.3, -0.1, 8.0), HIGH)
    assert "half-width" not in text
    assert "the interval reaches from -0.1 to +8.0, so a difference of up to 8.0 points" in text


def test_floor_and_ceiling_are_told_where_they_matter() -> None:
    high, low = Levels(0.91, 0.95, 0.93), Levels(0.10, 0.20, 0.17)
    assert room_sentence({"a": Levels(0.5, 0.6, 0.55)}, 0.18) == ""
    assert room_sentence({"a": high}, 0.18) == (
        "a starts at 91.0 %, near the ceiling, with little to gain."
    )
    assert room_sentence({"a": low}, 0.18) == (
        "The final score of a is not shown to be above what one constant answer gets (18.0 %)."
    )
    assert "final scores of a and b are not shown" in room_sentence({"a": low, "b": low}, 0.18)


@pytest.mark.parametrize(
    ("seeds", "words"),
    [((3,), "seed 3"), ((0, 1), "seeds 0 and 1"), ((2, 0, 5), "seeds 0, 2 and 5")],
)
def test_seeds_in_words(seeds: tuple[int, ...], words: str) -> None:
    assert seed_words(seeds) == words


def test_scores_say_which_direction_is_better() -> None:
    place = Place("wiki · loss", 62, units="documents")
    raw = Unit(1.0, "", 4)
    lower = Contrast(-0.25, -0.3, -0.2, "", 1, 62, None)
    assert score_sentence(place, "new", "old", lower, raw, False) == (
        "On wiki · loss (62 documents), new scores 0.2500 less than old (95 % interval 0.2000 to "
        "0.3000), which is better: lower is better here."
    )
    assert "the logs do not say" in score_sentence(place, "new", "old", lower, raw, None)
    same = Contrast(0.0, 0.0, 0.0, "", 1, 62, None)
    assert score_sentence(place, "new", "old", same) == (
        "On wiki · loss (62 documents), new and old score the same on every one of them."
    )


def test_names_cannot_steer_the_terminal() -> None:
    text = arm_sentence(PLACE, "a\x1b[31m\nb", "c\u202e", HIGH, HIGH, ArmLabel.IMPROVED)
    assert "\x1b" not in text
    assert "\n" not in text
    assert "\u202e" not in text
