"""Partial credit in every score and contrast, and the lenient reading beside the strict one."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from bi_bench.lm_eval.export_results import lm_eval_results
from bi_bench.report.compare.arms import matching, pairs, run_arms
from bi_bench.report.compare.contrasts import compare_arms
from bi_bench.report.compare.text import closing
from bi_bench.report.compare.text import to_json as comparison_json
from bi_bench.report.content.row import Row
from bi_bench.report.content.rows import build_report
from bi_bench.report.exports.checkpoints import read_checkpoints
from bi_bench.stats import crossed_interval
from tests.conftest import present
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference, gain_difference

N = 12
# The first half is right, with all of the credit; the others get a share of it.
RIGHT = "1" * (N // 2) + "0" * (N // 2)
LAYOUT = "1" * 10 + "0" * 2


def credit(share: float) -> list[float]:
    return [1.0] * (N // 2) + [share * (1 + i % 3) / 3 for i in range(N // 2)]


def partial(suite: Suite, strategy: str, shares: tuple[float, float], seeds: Sequence[int]) -> None:
    """An arm whose answers stay right or wrong, and get other credit after RFT."""
    for seed in seeds:
        made = [
            suite.outcomes(
                RIGHT,
                seed=seed,
                scores=(found := credit(share + 0.01 * seed)),
                sampled_scores=[[one, one / 2] for one in found],
            )
            for share in shares
        ]
        suite.run(suite.cell(strategy, seed), *made)


def rows(suite: Suite) -> dict[str, Row]:
    return {row.strategy: row for row in build_report(suite.results).rows}


def test_credit_is_what_scores_and_contrasts_are_means_of(suite: Suite) -> None:
    partial(suite, "vanilla", (0.1, 0.3), (0, 1, 2))
    partial(suite, "bridge", (0.2, 0.8), (0, 1, 2))
    row = rows(suite)["bridge"]
    scores, table = present(row.greedy), [np.array(credit(0.8 + 0.01 * s)) for s in range(3)]
    other = [np.array(credit(0.3 + 0.01 * seed)) for seed in range(3)]
    assert scores.post == crossed_interval(np.stack(table))
    assert final_difference(scores) == crossed_interval(np.stack(table) - np.stack(other))
    assert gain_difference(scores).estimate == pytest.approx((0.6 - 0.2) / 3)
    assert gain_difference(row.sampled).estimate == pytest.approx((0.6 - 0.2) / 4)
    assert (present(row.secondary).fixed, present(row.secondary).broken) == (0, 0)


def test_partial_credit_is_compared_without_mcnemar_and_says_so(suite: Suite) -> None:
    partial(suite, "vanilla", (0.1, 0.3), (0,))
    partial(suite, "bridge", (0.2, 0.8), (0,))
    assert present(rows(suite)["bridge"].secondary).mcnemar is None
    arms = run_arms(suite.results)
    ((one, other),) = pairs(
        matching(arms, "bridge"), matching(arms, "vanilla"), ("bridge", "vanilla")
    )
    (found,) = compare_arms(one, other)
    assert present(found.flips).p_value is None
    assert any("no McNemar test" in line for line in closing([found]))


def test_credit_is_not_compared_with_right_and_wrong(suite: Suite) -> None:
    strict = suite.outcomes(RIGHT)
    suite.run(suite.cell(), strict, strict)
    partial(suite, "bridge", (0.2, 0.8), (0,))
    assert "kinds of credit differ" in str(rows(suite)["bridge"].no_comparison)


@pytest.mark.parametrize(("lenient", "label"), [(LAYOUT, "format"), (RIGHT, "gain")])
def test_a_gain_without_one_in_the_lenient_reading_is_of_format(
    suite: Suite, lenient: str, label: str
) -> None:
    for seed in (0, 1, 2):
        before, after = (
            suite.outcomes(right, seed=seed, semantic=[flag == "1" for flag in read])
            for right, read in ((RIGHT, lenient), (LAYOUT, LAYOUT))
        )
        suite.run(suite.cell(seed=seed), before, after)
        suite.run(suite.cell("bridge", seed), before, after)
    row = rows(suite)["bridge"]
    assert present(row.greedy).gain_labels == (label,)
    assert present(row.semantic).gain.estimate == pytest.approx((label == "gain") / 3)
    assert final_difference(row.semantic).estimate == 0
    arms = run_arms(suite.results)
    ((one, other),) = pairs(
        matching(arms, "bridge"), matching(arms, "vanilla"), ("bridge", "vanilla")
    )
    (found,) = comparison_json(compare_arms(one, other))["comparisons"]
    assert found["semantic"]["one"]["post"]["estimate"] == pytest.approx(10 / N)


def test_lm_eval_results_have_the_mean_credit(suite: Suite) -> None:
    partial(suite, "vanilla", (0.1, 0.3), (0,))
    (checkpoint,) = read_checkpoints(suite.results)
    made = json.loads(lm_eval_results(checkpoint, "post", "2026-01-02", {})[1])
    (scores,) = made["results"].values()
    assert scores["acc,none"] == 0.5
    assert scores["score,none"] == pytest.approx(0.6)
    assert made["higher_is_better"] == {"bi_bench_sums_test_id": {"acc": True, "score": True}}
