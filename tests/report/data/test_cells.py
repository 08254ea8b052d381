from __future__ import annotations

from bi_bench.artifacts.stage_record import Failure
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.render import render
from tests.report.conftest import Suite


def lines(suite: Suite) -> list[str]:
    return [item.line for item in build_report(suite.results).skipped]


def test_a_finished_suite_has_nothing_to_show(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    assert lines(suite) == []


def test_every_cell_that_is_not_complete_is_a_line(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    suite.cell("vanilla", 2)
    failed, declined = suite.cell("bridge", 0), suite.cell("rc-aug", 0)
    suite.store.write_failure(failed["stages"]["sft"], Failure(type="Crash", message="killed"))
    suite.commit(declined["stages"]["augment"], declined="no graph\nhere")
    for seed in (0, 1):
        suite.cell("rejection", seed, skip="it needs rollouts")
    found = build_report(suite.results)
    assert [item.line for item in found.skipped] == [
        "not run yet: vanilla · grpo · tiny · sums · seed 2",
        "failed: bridge · grpo · tiny · sums · seed 0 · sft: killed",
        "declined: rc-aug · grpo · tiny · sums · seed 0 · augment: no graph here",
        "skipped: rejection · grpo · tiny · sums · seeds 0, 1: it needs rollouts",
    ]
    assert [(row.strategy, row.seed_count) for row in found.rows] == [("vanilla", "2 of 3")]
    for text in (render(found, "terminal"), render(found, "markdown")):
        assert "2 of 3" in text
        assert all(status in text for status in ("not run yet", "failed:", "declined:", "skipped:"))


def test_a_split_that_is_missing_does_not_hide_the_other(suite: Suite) -> None:
    cell = suite.cell(splits=("test-id", "test-ood"))
    suite.run(cell, suite.outcomes("1100"), suite.outcomes("1110"))
    suite.store.write_failure(cell["stages"]["post/test-ood"], Failure(type="OSError", message=""))
    found = build_report(suite.results)
    assert [row.split for row in found.rows] == ["test-id"]
    assert lines(suite) == [
        "failed: vanilla · grpo · tiny · sums · seed 0 · post/test-ood: OSError"
    ]


def test_a_failed_analysis_leaves_the_row_and_is_shown(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0,))
    suite.cells[0]["stages"]["analyse/difficulty"] = "analysis"
    suite.store.write_failure("analysis", Failure(type="KeyError", message="ops"))
    assert len(build_report(suite.results).rows) == 1
    (line,) = lines(suite)
    assert line.endswith("analyse/difficulty: ops")


def test_a_suite_of_which_nothing_ran(suite: Suite) -> None:
    suite.cell("vanilla", 0)
    found = build_report(suite.results)
    assert found.rows == ()
    text = render(found, "terminal")
    assert "No cell is finished yet" in text
    assert "not run yet: vanilla" in text


def test_declined_problems_of_a_finished_arm_are_counted_in_a_note(suite: Suite) -> None:
    for seed in (0, 1):
        cell = suite.cell("bridge", seed)
        before, after = (suite.outcomes(right, seed=seed) for right in ("1100", "1110"))
        suite.run(cell, before, after, declined={"too long": 3, "no graph": 1})
    (note,) = [n for n in build_report(suite.results).notes if "declined" in n]
    assert "8 of 100 SFT problems were declined by the strategy: too long (6); no graph (2)" in note
