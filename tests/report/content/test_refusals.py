from __future__ import annotations

from typing import Any

import pytest

from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.render import render
from tests.conftest import present
from tests.report.conftest import Suite


def report(suite: Suite) -> Report:
    return build_report(suite.results)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"digest": "d2"}, "problems"),
        ({"settings": {"samples": 2, "temperature": 0.5}}, "settings.batch_size"),
        ({"seed": 9}, "seed"),
        ({"problems": ["p1", "p0", "p2", "p3"]}, "problem ids"),
    ],
)
def test_before_and_after_must_be_alike(suite: Suite, change: dict[str, Any], field: str) -> None:
    suite.run(suite.cell(), suite.outcomes("1100"), suite.outcomes("1110", **change))
    found = report(suite)
    (row,) = found.rows
    assert str(row.refused) == f"{field} differ (pre and post, seed 0)"
    assert row.greedy is None
    assert row.costs.wall_seconds == 180
    assert any(field in note for note in found.notes)


def test_the_table_names_the_field_instead_of_a_number(suite: Suite) -> None:
    settings = {**suite.settings, "samples": 3}
    suite.run(suite.cell(), suite.outcomes("1100"), suite.outcomes("1110", settings=settings))
    suite.arm("bridge", "1100", "1110")
    text = render(report(suite), "markdown")
    assert "refused: settings.samples differ" in text
    assert text.count("| bridge") == 2


def test_seeds_of_an_arm_may_differ_in_the_seed_only(suite: Suite) -> None:
    for seed in (0, 1):
        one = suite.outcomes("1100", seed=seed, digest=f"d{seed}")
        suite.run(suite.cell(seed=seed), one, one)
    (row,) = report(suite).rows
    assert str(row.refused) == "problems differ (seeds 0 and 1)"


def test_arms_must_be_evaluated_alike(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0,))
    benchmark = {"name": "sums", "params": {"ops": 4}}
    one = suite.outcomes("1100")
    one["identity"]["benchmark"] = benchmark
    suite.run(suite.cell("bridge"), one, one)
    bridge = report(suite).rows[1]
    where = "benchmark.params.ops differ (from the reference, pre, seed 0)"
    assert str(bridge.no_comparison) == f"refused: {where}"
    assert present(bridge.greedy).gain.estimate == 0
    assert present(bridge.greedy).final_difference is None


def test_a_refused_reference_refuses_the_comparison_alone(suite: Suite) -> None:
    suite.run(suite.cell(), suite.outcomes("1100"), suite.outcomes("1110", digest="d2"))
    suite.arm("bridge", "1100", "1110", seeds=(0,))
    vanilla, bridge = report(suite).rows
    assert vanilla.refused
    assert not bridge.refused
    assert (
        str(bridge.no_comparison) == "refused: problems differ (from the reference, post, seed 0)"
    )
