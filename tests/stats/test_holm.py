"""Holm's correction: against a worked example, its intervals, and its error rate by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from bi_bench.stats import Corrected, crossed_interval, holm
from tests.conftest import present


def test_a_worked_example() -> None:
    found = holm([0.01, 0.04, 0.03, 0.005])
    assert [one.rejected for one in found] == [True, False, False, True]
    # By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, then 0.04 may not fall below the one before.
    assert [one.p_value for one in found] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [one.level for one in found] == pytest.approx([1 - 0.05 / 3, 0.975, 0.975, 0.9875])


def test_a_single_contrast_is_not_corrected() -> None:
    (only,) = holm([0.049])
    assert only == Corrected(True, 0.049, only.level)
    assert only.level == pytest.approx(0.95)
    assert not holm([0.051])[0].rejected
    assert holm([]) == []


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_p_values_must_be_probabilities(bad: float) -> None:
    with pytest.raises(ValueError, match="p-value 1"):
        holm([0.5, bad])


def test_the_corrected_interval_excludes_zero_exactly_if_the_contrast_is_rejected() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        effects = rng.choice([0.0, 0.01, 0.03, 0.06], 6)
        contrasts = [crossed_interval(rng.normal(e, 0.4, (5, 300))) for e in effects]
        for contrast, one in zip(
            contrasts, holm([present(c.p_value) for c in contrasts]), strict=True
        ):
            wide = contrast.at(one.level)
            assert (wide.low > 0 or wide.high < 0) == one.rejected
            assert wide.half_width >= contrast.half_width


def test_false_claims_in_a_family_without_effects_stay_below_the_level() -> None:
    rng = np.random.default_rng(1)
    families = 1000
    wrong, uncorrected = 0, 0
    for _ in range(families):
        # Ten arms against one reference: the contrasts depend on each other, as they do in a suite.
        reference = rng.normal(0.0, 0.4, (5, 100))
        p_values = [
            present(crossed_interval(rng.normal(0.0, 0.4, (5, 100)) - reference).p_value)
            for _ in range(10)
        ]
        wrong += any(one.rejected for one in holm(p_values))
        uncorrected += min(p_values) < 0.05
    assert wrong / families < 0.07, f"{wrong} of {families} families with a false claim"
    assert uncorrected / families > 0.15, "the simulation could not have shown a lack of correction"
