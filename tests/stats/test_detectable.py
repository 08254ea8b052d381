from __future__ import annotations

import numpy as np
import pytest

from bi_bench.stats import crossed_interval, smallest_detectable_gain
from tests.conftest import present


@pytest.mark.parametrize(("samples", "seeds"), [(1, 1), (4, 2), (1, 3), (1, 5), (8, 10)])
def test_the_interval_finds_that_gain_four_times_in_five(samples: int, seeds: int) -> None:
    gain = smallest_detectable_gain(500, samples, seeds).gain
    assert gain is not None
    rng = np.random.default_rng([samples, seeds])
    seed_deviation = 0.02 if seeds >= 3 else 0.0
    found = 0
    for _ in range(200):
        table = (
            gain
            + rng.normal(0, seed_deviation, (seeds, 1))
            + rng.normal(0, (0.25 * 0.35) ** 0.5, 500)
            + rng.normal(0, (0.75 * 0.35 / samples) ** 0.5, (seeds, 500))
        )
        found += crossed_interval(table).low > 0
    assert 0.70 <= found / 200 <= 0.90, found / 200


def test_one_seed_one_answer_worked_by_hand() -> None:
    # (1.965 + 0.842) * sqrt(0.35 / 500)
    found = smallest_detectable_gain(500, 1, 1)
    assert found.gain == pytest.approx(0.0743, abs=1e-4)
    assert "no seed variance (conditional on 1 seed)" in found.assumptions
    assert "35% of single answers discordant" in found.assumptions
    assert "\n" not in found.assumptions


def test_more_problems_samples_or_seeds_detect_smaller_gains() -> None:
    base = present(smallest_detectable_gain(500, 4, 5).gain)
    for less in (
        smallest_detectable_gain(1000, 4, 5),
        smallest_detectable_gain(500, 8, 5),
        smallest_detectable_gain(500, 4, 10),
        smallest_detectable_gain(500, 4, 5, seed_deviation=0.0),
        smallest_detectable_gain(500, 4, 5, discordant=0.1),
    ):
        assert present(less.gain) < base


def test_impossible_suites_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 problems"):
        smallest_detectable_gain(1, 1, 3)
    with pytest.raises(ValueError, match="not points or percent"):
        smallest_detectable_gain(500, 1, 3, seed_deviation=2)


def test_no_gain_of_over_100_points_is_promised() -> None:
    assert smallest_detectable_gain(2, 1, 1).gain is None
    assert smallest_detectable_gain(10, 1, 1).gain is not None
