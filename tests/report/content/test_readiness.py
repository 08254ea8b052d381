from __future__ import annotations

import pytest

from bi_bench.artifacts.artifact import Json
from bi_bench.artifacts.table import TableRow
from bi_bench.report.content.analyses import AnalysisTable
from bi_bench.report.content.readiness import TRIVIAL, predictions, read_points
from bi_bench.report.data.results import Results
from tests.conftest import present
from tests.report.conftest import Suite


def probe(right: list[int]) -> dict[str, object]:
    shares = [count / 4 for count in right]
    return {
        "samples": 4,
        "problems": len(right),
        "right": right,
        "accuracy": sum(shares) / len(right),
        "informative": sum(0 < share < 1 for share in shares) / len(right),
        "spread": 0.1,
        "histogram": [0] * 5,
    }


def fill(suite: Suite) -> Results:
    """Six arms that share nothing; the more is right in the probe, the more RFT gains."""
    for number in range(6):
        cell = suite.cell(f"arm {number}")
        suite.commit(
            cell["stages"]["probe"], {"summary.json": probe([number % 5, 4, 0, min(number, 4)])}
        )
        before = "1" * (6 - number) + "0" * (4 + number)
        suite.run(cell, suite.outcomes(before), suite.outcomes("1" * 8 + "00"))
    return suite.results


def row(number: int, **values: Json) -> TableRow:
    axes = {"benchmark": "sums", "model": "tiny", "algorithm": "grpo"}
    return {**axes, "strategy": f"arm {number}", "seed": 0, **values}


def test_a_cell_has_what_its_probe_says_and_the_score_before(suite: Suite) -> None:
    points = read_points(fill(suite), [])
    assert len(points) == 6
    first = points[0]
    assert (first.comparison, first.seed) == ("sums · test-id · grpo", 0)
    assert (first.gain, first.final) == pytest.approx((0.2, 0.8))
    assert first.predictors[TRIVIAL] == pytest.approx(-0.6)
    assert first.predictors["probe: accuracy"] == pytest.approx(0.25)
    # One of four problems is always right, three never: drawing two answers finds the one.
    assert first.predictors["probe: pass@2"] == pytest.approx(0.25)


def test_the_trivial_predictor_comes_first_and_orders_these_cells_perfectly(suite: Suite) -> None:
    found = predictions(read_points(fill(suite), []))
    assert found[0].predictor == TRIVIAL
    assert found[0].gain is not None
    assert found[0].gain.estimate == pytest.approx(1.0)
    assert (found[0].gain.cells, found[0].gain.clusters) == (6, 6)
    # All end alike: there is nothing to order.
    assert found[0].final is None


def test_predictors_that_say_nothing_or_nothing_new_are_left_out(suite: Suite) -> None:
    results = fill(suite)
    points = read_points(results, [])
    again = [
        row(n, checkpoint="sft", score=p.predictors["probe: accuracy"])
        for n, p in enumerate(points)
    ]
    tables = [AnalysisTable("again", tuple(again))]
    names = [each.predictor for each in predictions(read_points(results, tables))]
    assert "probe: spread" not in names
    assert "again: score" not in names
    assert "probe: accuracy" in names


def test_analyses_count_where_they_measured_the_sft_model_on_other_problems(suite: Suite) -> None:
    results = fill(suite)
    rows = [row(n, checkpoint="sft", loss=float(n), solutions=96, losses=[1.0]) for n in range(6)]
    rows += [row(n, checkpoint="rft", loss=0.0) for n in range(6)]
    seen = [row(n, checkpoint="sft", split="test-id", accuracy=0.1 * n) for n in range(6)]
    several = [row(n, checkpoint="sft", k=k, share=0.1) for n in range(6) for k in (1, 2)]
    tables = [AnalysisTable(f"a{n}", tuple(t)) for n, t in enumerate((rows, seen, several))]
    points = read_points(results, tables)
    measured = {name for name in points[0].predictors if name.startswith("a")}
    assert measured == {"a0: loss"}
    assert points[3].predictors["a0: loss"] == 3.0


def test_cells_of_one_sft_model_are_one_cluster(suite: Suite) -> None:
    for number in range(6):
        cell = suite.cell(f"arm {number}")
        cell["stages"]["sft"] = f"shared-{number // 3}"
        before = "1" * (6 - number) + "0" * (4 + number)
        suite.run(cell, suite.outcomes(before), suite.outcomes("1" * 8 + "00"))
    found = predictions(read_points(suite.results, []))[0]
    assert found.gain is None  # two models: no correlation, whatever the number of cells


def test_algorithms_are_not_pooled(suite: Suite) -> None:
    fill(suite)
    for number in range(6):  # all end alike after grpo; the more was right, the more rloo loses
        cell = suite.cell(f"arm {number}", algorithm="rloo")
        before = "1" * (6 - number) + "0" * (4 + number)
        suite.run(
            cell, suite.outcomes(before), suite.outcomes("1" * (number + 1) + "0" * (9 - number))
        )
    found = predictions(read_points(suite.results, []))
    trivial = {each.comparison: each for each in found if each.predictor == TRIVIAL}
    assert list(trivial) == ["sums · test-id · grpo", "sums · test-id · rloo"]
    assert {present(each.gain).cells for each in trivial.values()} == {6}
