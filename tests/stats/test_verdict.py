from __future__ import annotations

import numpy as np
import pytest

from bi_bench.stats import (
    Contrast,
    arm_label,
    arm_place,
    crossed_interval,
    gain_label,
    headroom_gain,
)

SIGNS = {1: (0.05, 0.02, 0.08), 0: (0.01, -0.02, 0.04), -1: (-0.05, -0.08, -0.02)}


def contrast(sign: int, seeds: int = 5) -> Contrast:
    return Contrast(*SIGNS[sign], "two-way t", seeds, 500, 4.0)


@pytest.mark.parametrize(
    ("gain", "final", "label"),
    [
        (1, 1, "improved"),
        (1, 0, "recovered, not improved"),
        (1, -1, "recovered, not improved"),
        (0, 1, "higher final, same gain"),
        (0, 0, "tie"),
        (0, -1, "worse"),
        (-1, 1, "higher final, lower gain"),
        (-1, 0, "same final, lower gain"),
        (-1, -1, "worse"),
    ],
)
def test_arm_labels(gain: int, final: int, label: str) -> None:
    assert arm_label(contrast(gain), contrast(final)) == label


@pytest.mark.parametrize(
    ("gain", "final", "by_final", "by_gain"),
    [
        (1, 1, "above", "above"),
        (0, 1, "above", "tie"),
        (-1, 1, "barred", "barred"),
        (1, 0, "tie", "barred"),
        (0, 0, "tie", "tie"),
        (-1, 0, "tie", "below"),
        (1, -1, "below", "below"),
        (0, -1, "below", "below"),
        (-1, -1, "below", "below"),
    ],
)
def test_no_arm_ranks_above_without_a_higher_final_score(
    gain: int, final: int, by_final: str, by_gain: str
) -> None:
    assert arm_place("final", contrast(gain), contrast(final)) == by_final
    assert arm_place("gain", contrast(gain), contrast(final)) == by_gain


@pytest.mark.parametrize("gain", [1, 0, -1])
@pytest.mark.parametrize("final", [1, 0, -1])
def test_fewer_than_three_seeds_name_no_winner(gain: int, final: int) -> None:
    one = arm_label(contrast(gain, 1), contrast(final, 1))
    two = arm_label(contrast(gain, 2), contrast(final, 2))
    if gain == 1 and final < 1:
        assert one == two == "recovered, not improved"
    else:
        assert one == "no winner (seed variance unmeasured)"
        assert two == "no winner (conditional on two seeds)"


def scores(rng: np.random.Generator, mean: float, seeds: int = 5) -> np.ndarray:
    """Mean of four sampled answers a problem, [seeds, problems]."""
    ability = np.clip(mean + rng.normal(0, 0.15, 500), 0, 1)
    shift = rng.normal(0, 0.01, (seeds, 1))
    return rng.binomial(4, np.clip(ability + shift, 0, 1), (seeds, 500)) / 4


@pytest.mark.parametrize("seeds", [1, 2, 3, 5])
@pytest.mark.parametrize("post", [0.75, 0.68])
def test_sabotage_before_rl_is_recovery(post: float, seeds: int) -> None:
    rng = np.random.default_rng(0)
    clean_pre, clean_post = scores(rng, 0.6, seeds), scores(rng, 0.75, seeds)
    sabotaged_pre = scores(rng, 0.25, seeds)
    # Back to the clean arm's final score at best: equal by construction, or below it.
    sabotaged_post = clean_post if post == 0.75 else scores(rng, post, seeds)
    gains = (sabotaged_post - sabotaged_pre) - (clean_post - clean_pre)
    finals = sabotaged_post - clean_post
    label = arm_label(crossed_interval(gains), crossed_interval(finals))
    assert label == "recovered, not improved"


def test_a_better_arm_is_improved() -> None:
    rng = np.random.default_rng(1)
    pre, clean_post, better_post = scores(rng, 0.5), scores(rng, 0.6), scores(rng, 0.75)
    gains, finals = (better_post - pre) - (clean_post - pre), better_post - clean_post
    assert arm_label(crossed_interval(gains), crossed_interval(finals)) == "improved"


def test_arms_on_other_seeds_or_problems_are_refused() -> None:
    with pytest.raises(ValueError, match="same seeds and problems"):
        arm_label(contrast(1, 5), contrast(1, 3))


def test_gain_labels() -> None:
    assert gain_label(contrast(1), 0.5) == ("gain",)
    assert gain_label(contrast(0), 0.85) == ("no detectable change",)
    assert gain_label(contrast(-1), 0.9) == ("loss", "ceiling")
    assert gain_label(contrast(1, 1), 0.9) == (
        "gain",
        "conditional on one seed, seed variance unmeasured: no winner named",
        "ceiling",
    )
    assert gain_label(contrast(1, 2), 0.1)[1] == "conditional on two seeds: no winner named"
    assert gain_label(crossed_interval(np.zeros((3, 9))), 0.5) == ("no detectable change",)
    with pytest.raises(ValueError, match="not points or percent"):
        gain_label(contrast(1), 85)


def test_an_interval_that_ends_on_zero_includes_it() -> None:
    edge = Contrast(0.01, 0.0, 0.02, "two-way t", 5, 500, 4.0)
    assert gain_label(edge, 0.5) == ("no detectable change",)


def test_headroom_gain() -> None:
    assert headroom_gain(0.6, 0.8) == pytest.approx(0.5)
    assert headroom_gain(0.9, 0.5) == pytest.approx(-4.0)
    assert headroom_gain(1.0, 0.9) is None
    with pytest.raises(ValueError, match="post is 80"):
        headroom_gain(0.5, 80)
