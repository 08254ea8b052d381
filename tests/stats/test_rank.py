from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from bi_bench.stats import rank_correlation
from bi_bench.stats.rank import _correlations


def test_the_estimate_is_spearmans_with_ties() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 6, 40), rng.integers(0, 9, 40)
    found = rank_correlation(x, y, np.arange(40))
    assert found is not None
    assert found.estimate == pytest.approx(spearmanr(x, y).statistic)
    assert (found.cells, found.clusters) == (40, 40)


def test_each_draw_ranks_its_cells_again() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=12).round(), rng.normal(size=12)
    weights = rng.multinomial(12, np.full(12, 1 / 12)).astype(float)
    repeated = np.repeat(np.arange(12), weights.astype(int))
    expected = spearmanr(x[repeated], y[repeated]).statistic
    assert _correlations(x, y, weights[None])[0] == pytest.approx(expected)


def test_cells_that_share_a_model_are_one_draw() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat(rng.normal(size=8), 6)
    y = x + np.repeat(rng.normal(size=8), 6)
    alone = rank_correlation(x, y, np.arange(48))
    shared = rank_correlation(x, y, np.repeat(np.arange(8), 6))
    assert alone is not None
    assert shared is not None
    assert alone.estimate == shared.estimate
    assert shared.high - shared.low > 1.5 * (alone.high - alone.low)


def test_the_interval_has_nominal_coverage() -> None:
    rng = np.random.default_rng(4)
    rho, hits, trials = 0.6, 0, 150
    truth = 6 / np.pi * np.arcsin(rho / 2)
    for _ in range(trials):
        x, y = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], 40).T
        found = rank_correlation(x, y, np.arange(40), draws=400)
        assert found is not None
        hits += found.low <= truth <= found.high
    assert 0.88 <= hits / trials <= 0.99


def test_too_few_models_give_no_estimate() -> None:
    assert rank_correlation([1, 2], [1, 2], [0, 1]) is None
    assert rank_correlation([1, 1, 1], [1, 2, 3], [0, 1, 2]) is None
    cells = list(range(8))
    assert rank_correlation(cells, cells, ["a", "b", "c", "d"] * 2) is None  # four models
    enough = rank_correlation(cells, cells, ["a", "b", "c", "d", "e", "a", "b", "c"])
    assert enough is not None
    assert enough.clusters == 5


def test_bad_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="one number of each"):
        rank_correlation([1, 2, 3], [1, 2], [0, 1, 2])
    with pytest.raises(ValueError, match="not finite"):
        rank_correlation([1, 2, float("nan")], [1, 2, 3], [0, 1, 2])
