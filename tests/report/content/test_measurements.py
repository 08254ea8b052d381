from __future__ import annotations

import re

import pytest

from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from tests.conftest import present
from tests.report.conftest import Suite


def report(suite: Suite) -> Report:
    return build_report(suite.results)


def test_costs_count_everything_the_cell_needs_once(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    costs = report(suite).rows[0].costs
    # augment 5 + sft 60 + probe 10 + rft 100 + two evaluations of 2.5; not base and problems.
    assert costs.wall_seconds == 180
    assert costs.rft_seconds == 100
    assert costs.tokens_trained == 1000 + 500
    assert costs.tokens_generated == 500 + 80 + 2 * 200


def test_a_shared_stage_counts_in_each_cell_and_that_is_said(suite: Suite) -> None:
    cells = [suite.cell(algorithm=name) for name in ("grpo", "rloo")]
    for role in ("augment", "sft", "probe", "pre/test-id"):
        cells[1]["stages"][role] = cells[0]["stages"][role]
    pre, post = suite.outcomes("1100"), suite.outcomes("1110")
    suite.run(cells[0], pre, post)
    keys = cells[1]["stages"]
    suite.commit(keys["rft"], {}, {"wall_seconds": 300})
    suite.commit(keys["post/test-id"], {"outcomes.json": post}, {"wall_seconds": 2.5})
    found = report(suite)
    assert [row.costs.wall_seconds for row in found.rows] == [180, 380]
    assert "counts in full in each" in found.notes[-1]


def test_readiness_is_the_mean_over_the_seeds_that_have_a_probe(suite: Suite) -> None:
    for seed, probe in ((0, True), (1, True), (2, False)):
        one = suite.outcomes("1100", seed=seed)
        suite.run(suite.cell(seed=seed), one, one, probe=probe)
    found = report(suite)
    readiness = present(found.rows[0].readiness)
    assert (readiness.informative, readiness.accuracy, readiness.seeds) == (0.5, 0.625, 2)
    assert any("probe of 2 of 3 seeds" in note for note in found.notes)
    assert [item.line for item in found.skipped] == [
        "not run yet: vanilla · grpo · tiny · sums · seed 2 · probe"
    ]


def test_truncation_over_one_percent_marks_the_row(suite: Suite) -> None:
    for strategy, truncated in (("vanilla", 0.01), ("bridge", 0.011)):
        pre = suite.outcomes("1111", truncated=0.0, unparsed=0.25, tokens=10.0)
        post = suite.outcomes("1111", truncated=truncated, tokens=30.0)
        suite.run(suite.cell(strategy), pre, post)
    vanilla, bridge = report(suite).rows
    assert (vanilla.marks, bridge.marks) == ("C", "CT")
    assert (vanilla.pre_answers.unparsed, vanilla.post_answers.unparsed) == (0.25, 0)
    assert (vanilla.pre_answers.tokens, vanilla.post_answers.tokens) == (10, 30)


def test_wrong_derivations_are_a_share_of_the_right_answers(suite: Suite) -> None:
    pre = suite.outcomes("1110", derivation=[True, True, False, False])
    post = suite.outcomes("1111", derivation=[True, None, False, False])
    suite.run(suite.cell(), pre, post)
    (row,) = report(suite).rows
    assert row.pre_answers.derivation == 2 / 4
    assert row.pre_answers.wrong_derivation == pytest.approx(1 / 3)
    assert row.post_answers.derivation == pytest.approx(1 / 3)
    assert row.post_answers.wrong_derivation == pytest.approx(2 / 3)


def test_steps_that_were_not_found_are_told_from_wrong_ones(suite: Suite) -> None:
    derivation = [True, False, False, False]
    pre = suite.outcomes("1110", derivation=derivation)  # of a record that does not tell
    post = suite.outcomes("1110", derivation=derivation, unrecognised=[False, True, False, False])
    suite.run(suite.cell(), pre, {**post, "unparsed": 0.5, "contradictory": 0.25})
    (row,) = report(suite).rows
    assert row.pre_answers.wrong_derivation == pytest.approx(2 / 3)
    assert (row.pre_answers.unrecognised, row.pre_answers.contradictory) == (None, None)
    assert row.post_answers.wrong_derivation == pytest.approx(1 / 3)
    assert row.post_answers.unrecognised == pytest.approx(1 / 3)
    assert row.post_answers.contradictory == 0.25


def test_no_derivations_where_the_benchmark_cannot_tell(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0,))
    (row,) = report(suite).rows
    assert row.pre_answers.derivation is None
    assert row.post_answers.wrong_derivation is None


def with_overlap(
    suite: Suite,
    seed: int,
    contaminated: float,
    exact: float,
    graphs: dict[str, float] | None = None,
) -> None:
    cell = suite.cell(seed=seed)
    one = suite.outcomes("1100", seed=seed)
    suite.run(cell, one, one)
    key = cell["stages"]["overlap/test-id"] = f"overlap_{seed}"
    suite.commit(
        key,
        {"overlap.json": {"contaminated": contaminated, "exact": exact, "graphs": graphs or {}}},
    )


@pytest.mark.parametrize(
    ("contaminated", "exact", "marks"),
    [(0.0, 0.0, ""), (0.01, 0.0, ""), (0.012, 0.0, "L"), (0.005, 0.005, "L")],
)
def test_leaked_test_questions_mark_the_row(
    suite: Suite, contaminated: float, exact: float, marks: str
) -> None:
    with_overlap(suite, 0, contaminated, exact)
    found = report(suite)
    assert found.rows[0].marks == marks
    text = " ".join(render(found, "terminal").split())
    assert ("L: test questions have leaked" in text) == bool(marks)
    assert ("overlap: test questions in %" in text) == bool(contaminated)
    assert "overlap" in render(found, "markdown")
    (row,) = to_json(found)["rows"]
    assert (row["overlap_contaminated"], row["overlap_exact"]) == (contaminated, exact)


def test_questions_equal_up_to_names_and_order_mark_the_row(suite: Suite) -> None:
    with_overlap(suite, 0, 0.0, 0.0, {"problems": 4, "equal": 0.25, "structure": 0.5})
    found = report(suite)
    assert found.rows[0].marks == "L"
    assert "0.0 / 25.0" in render(found, "terminal")
    (row,) = to_json(found)["rows"]
    assert (row["overlap_equal"], row["overlap_structure"]) == (0.25, 0.5)


def test_overlap_is_the_mean_over_the_seeds_that_know(suite: Suite) -> None:
    with_overlap(suite, 0, 0.1, 0.0)
    with_overlap(suite, 1, 0.2, 0.0)
    suite.arm("vanilla", "1100", "1100", seeds=(2,))
    found = report(suite)
    assert present(found.rows[0].overlap).contaminated == pytest.approx(0.15)
    assert re.search(r"marks +overlap ", render(found, "terminal"))


def test_runs_from_before_the_overlap_stage_say_nothing_of_it(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    found = report(suite)
    assert (found.rows[0].overlap, found.rows[0].marks) == (None, "")
    assert "overlap" not in render(found, "terminal") + render(found, "markdown")
    assert to_json(found)["rows"][0]["overlap_exact"] is None
