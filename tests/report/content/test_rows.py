from __future__ import annotations

import pytest

from bi_bench.api import UserError
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import to_json
from bi_bench.report.tables.render import render
from bi_bench.stats import crossed_interval
from bi_bench.store import Damage
from tests.conftest import present
from tests.factories import results
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference, gain_difference


def report(suite: Suite) -> Report:
    return build_report(suite.results)


def test_scores_and_gain_by_hand(suite: Suite) -> None:
    suite.arm("vanilla", ["1100", "1000", "1100"], ["1110", "1100", "1101"])
    (row,) = report(suite).rows
    greedy = present(row.greedy)
    assert greedy.pre.estimate == pytest.approx(5 / 12)
    assert greedy.post.estimate == pytest.approx(8 / 12)
    assert greedy.gain.estimate == pytest.approx(3 / 12)
    gains = [[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]
    assert greedy.gain == crossed_interval(gains)
    assert greedy.headroom == pytest.approx(3 / 7)
    assert (row.seeds, row.planned_seeds, row.problems, row.samples) == ((0, 1, 2), 3, 4, 2)
    assert (row.floor_answer, row.floor) == ("3", 0.75)
    assert greedy.gain_labels[0] == "no detectable change"
    assert row.is_reference
    assert greedy.final_difference is None


def test_sampled_scores_are_means_over_answers(suite: Suite) -> None:
    cell = suite.cell()
    pre = suite.outcomes("1100", [[1, 0], [0, 0], [0, 0], [0, 0]])
    suite.run(cell, pre, suite.outcomes("1100", [[1, 1], [0, 1], [1, 1], [0, 0]]))
    (row,) = report(suite).rows
    sampled = present(row.sampled)
    assert sampled.pre.estimate == 1 / 8
    assert sampled.post.estimate == 5 / 8
    assert sampled.gain.estimate == 4 / 8
    assert present(row.greedy).gain.estimate == 0


def test_no_samples_no_sampled_scores(suite: Suite) -> None:
    settings = {**suite.settings, "samples": 0}
    pre = suite.outcomes("1100", [], settings=settings)
    suite.run(suite.cell(), pre, pre)
    (row,) = report(suite).rows
    assert row.sampled is None
    assert row.samples == 0
    gain = present(row.greedy).gain
    assert (gain.low, gain.estimate, gain.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("seeds", "note"),
    [
        ((0,), "seed variance unmeasured"),
        ((0, 1), "conditional on two seeds"),
        ((0, 1, 2), ""),
    ],
)
def test_what_few_seeds_leave_out_is_said(suite: Suite, seeds: tuple[int, ...], note: str) -> None:
    suite.arm("vanilla", "1100", "1111", seeds)
    found = report(suite)
    assert present(found.rows[0].greedy).gain.note == note
    assert any(note in line for line in found.notes)
    assert ("no winner" in " ".join(found.notes)) == bool(note)


def test_arm_against_reference_by_hand(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110")
    suite.arm("bridge", "1000", "1111")
    vanilla, bridge = report(suite).rows
    assert present(vanilla.greedy).arm_label == ""
    assert final_difference(bridge.greedy).estimate == 1 / 4
    assert gain_difference(bridge.greedy).estimate == 2 / 4
    assert gain_difference(bridge.sampled).estimate == 2 / 4


def test_a_sabotaged_arm_is_recovered_and_not_improved(suite: Suite) -> None:
    end = ["1" * 24 + "0" * 16, "1" * 25 + "0" * 15, "1" * 23 + "0" * 17]
    suite.arm("vanilla", "1" * 20 + "0" * 20, end)
    suite.arm("sabotage", "1" * 4 + "0" * 36, end[::-1])
    suite.arm("bridge", "1" * 20 + "0" * 20, "1" * 38 + "0" * 2)
    bridge, _, sabotage = report(suite).rows
    assert gain_difference(sabotage.greedy).estimate == pytest.approx(0.4)
    assert present(sabotage.greedy).arm_label == "recovered, not improved"
    assert present(sabotage.greedy).gain_labels == ("gain",)
    assert present(bridge.greedy).arm_label == "improved"


def test_only_seeds_of_both_arms_are_compared(suite: Suite) -> None:
    suite.arm("vanilla", ["1100", "1100", "1000"], "1110", seeds=(0, 1, 2))
    suite.arm("bridge", ["1100", "1100", "1100", "0000"], "1111", seeds=(1, 2, 3))
    bridge = report(suite).rows[1]
    assert present(bridge.greedy).gain.seeds == 3
    assert final_difference(bridge.greedy).seeds == 2
    assert present(bridge.greedy).arm_label == "no winner (conditional on two seeds)"
    assert "against the reference over seeds 1, 2 only" in bridge.notes


def test_without_a_common_seed_there_is_no_comparison(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0,))
    suite.arm("bridge", "1100", "1110", seeds=(1,))
    suite.arm("bridge", "1100", "1110", seeds=(1,), algorithm="rloo")
    _, bridge, rloo = report(suite).rows
    assert str(bridge.no_comparison) == "no seed in common"
    assert str(rloo.no_comparison) == "not run for the reference"
    suite.cell("vanilla", 1, algorithm="rloo")
    _, _, rloo = report(suite).rows
    assert str(rloo.no_comparison) == "no finished seed of the reference"


def test_an_arm_with_fewer_seeds_than_the_reference_says_over_which_it_is_held_against_it(
    suite: Suite,
) -> None:
    suite.arm("vanilla", "1100", "1110")
    suite.arm("bridge", "1100", "1111", seeds=(1,))
    _, bridge = build_report(suite.results).rows
    assert final_difference(bridge.greedy).seeds == 1
    assert "against the reference over seed 1 only" in bridge.notes


def test_uneven_clusters_are_told_by_how_many_equal_ones_they_are_worth(suite: Suite) -> None:
    for largest, strategy in ((1, "vanilla"), (31, "bridge")):
        clusters = ["large"] * largest + [f"{n // 2}" for n in range(60 - largest)]
        pair = [suite.outcomes("10" * 30, clusters=clusters) for _ in range(2)]
        suite.run(suite.cell(strategy, 0), *pair)
    even, uneven = build_report(suite.results).rows
    assert not any("too narrow" in note for note in even.notes)
    (note,) = (note for note in uneven.notes if "too narrow" in note)
    assert note.startswith("the largest of 16 clusters has 31 of 60 problems: intervals rest on no")
    assert "than 4 equal clusters" in note


def test_clusters_count_only_where_one_repeats(suite: Suite) -> None:
    for strategy, clusters in (
        ("vanilla", ["a", "b", "c", None]),
        ("bridge", ["a", "a", None, None]),
    ):
        for seed in range(3):
            pre, post = (
                suite.outcomes(right, seed=seed, clusters=clusters) for right in ("1100", "1111")
            )
            suite.run(suite.cell(strategy, seed), pre, post)
    vanilla, bridge = report(suite).rows
    assert present(vanilla.greedy).gain.method == "two-way t"
    assert present(bridge.greedy).gain.method == "clustered two-way t"
    assert "cluster" in " ".join(bridge.notes)
    # The rows of two unclustered problems are independent: two draws, not one cluster "None".
    expected = crossed_interval([[0, 0, 1, 1]] * 3, clusters=["a", "a", "x", "y"])
    assert present(bridge.greedy).gain == expected


def test_one_problem_gives_no_interval(suite: Suite) -> None:
    suite.run(suite.cell(), suite.outcomes("0"), suite.outcomes("1"))
    (row,) = report(suite).rows
    assert row.greedy is None
    assert "2 problems" in str(row.refused)


def test_rows_stand_with_what_they_are_compared_to(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", algorithm="grpo")
    suite.arm("vanilla", "1100", "1110", algorithm="rloo")
    suite.arm("bridge", "1100", "1110", algorithm="grpo")
    suite.arm("bridge", "1100", "1111", algorithm="rloo")
    rows = report(suite).rows
    found = [(row.algorithm, row.strategy) for row in rows]
    assert found == [
        ("grpo", "vanilla"),
        ("grpo", "bridge"),
        ("rloo", "vanilla"),
        ("rloo", "bridge"),
    ]
    assert final_difference(rows[1].greedy).estimate == 0
    assert final_difference(rows[3].greedy).estimate == 1 / 4


def test_a_record_of_another_schema_is_refused(suite: Suite) -> None:
    with pytest.raises(UserError, match="schema 7"):
        build_report(results({**suite.record, "schema": 7}, suite.store))


def test_a_result_that_cannot_be_read_names_its_file(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0,))
    suite.change(suite.cells[0]["stages"]["pre/test-id"], {"outcomes.json": "{"})
    with pytest.raises(UserError, match=r"outcomes\.json.*run the suite again"):
        report(suite)


def test_a_damaged_evaluation_is_named_and_enters_no_row(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    file = suite.store.folder(suite.cells[1]["stages"]["post/test-id"]) / "outcomes.json"
    file.write_text(file.read_text().replace("true", "false", 1).replace("20.0", "20.00"))
    with pytest.warns(Damage, match=rf"{file.parent}: outcomes\.json .*computed again"):
        found = report(suite)
    assert [row.seeds for row in found.rows] == [(0,)]
    (line,) = (item.line for item in found.skipped)
    assert line.startswith("damaged: ")
    assert "seed 1 · post/test-id: outcomes.json has" in line


def test_another_benchmark_than_the_trained_one_is_a_block_of_its_own(suite: Suite) -> None:
    for strategy, after in (("vanilla", "1100"), ("bridge", "1110")):
        for seed in (0, 1, 2):
            cell = suite.cell(strategy, seed, splits=("test-id", "other/test-id"))
            for split, right in (("test-id", after), ("other/test-id", "1000")):
                results = [suite.outcomes(text, seed=seed) for text in ("1000", right)]
                suite.run(cell, *results, split=split)
    report = build_report(suite.results)
    assert [(row.split, row.strategy) for row in report.rows] == [
        ("test-id", "vanilla"),
        ("test-id", "bridge"),
        ("other/test-id", "vanilla"),
        ("other/test-id", "bridge"),
    ]
    assert [present(row.greedy).gain.estimate for row in report.rows] == [0.25, 0.5, 0, 0]
    text = render(report, "markdown")
    assert "## sums · test-id\n" in text
    assert "## sums → other · test-id\n" in text


def test_a_gain_no_larger_than_with_a_random_reward_is_marked(suite: Suite) -> None:
    suite.rewards = {"grpo": ["answer"], "coin": ["random"], "other": ["answer"]}
    pre = "1100110011001100"
    suite.arm("vanilla", pre, "1111111111111100")
    suite.arm("vanilla", pre, "1100110011011100", algorithm="coin")
    suite.arm("vanilla", pre, "1100110011001110", algorithm="other")
    rows = {row.algorithm: row for row in report(suite).rows}
    over_random = present(rows["grpo"].over_random)
    assert over_random.estimate == pytest.approx(5 / 16)
    assert over_random.low > 0
    assert present(rows["other"].over_random).estimate == 0
    assert [rows[name].marks for name in ("grpo", "other", "coin")] == ["", "N", ""]
    assert rows["coin"].over_random is None
    text = render(report(suite), "markdown")
    assert "gain vs random reward" in text
    assert "N: the interval" in text


def test_without_a_random_reward_nothing_is_marked(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1100")
    (row,) = report(suite).rows
    assert (row.over_random, row.marks) == (None, "")


@pytest.mark.parametrize(
    ("defaults", "text"),
    [
        ({}, "the same epochs of SFT over their demonstrations; the steps of RFT are the same."),
        (
            {"match_sft": "updates", "match_rft": "generated_tokens"},
            'All arms take as many SFT updates as "vanilla"; RFT ends when it has generated as '
            'many tokens as that of "vanilla".',
        ),
    ],
)
def test_what_arms_have_in_common_is_said(
    suite: Suite, defaults: dict[str, str], text: str
) -> None:
    suite.arm("vanilla", "1100", "1100")
    record = suite.record
    record["suite"]["source"] = {"defaults": defaults}
    notes = build_report(results(record, suite.store)).notes
    assert [note for note in notes if note.endswith(text)]


def test_a_budget_that_was_not_spent_is_said(suite: Suite) -> None:
    cell = suite.cell("bridge")
    suite.commit(cell["stages"]["rft"], {}, {"wall_seconds": 1, "steps": 8, "budget_share": 0.25})
    suite.run(cell, suite.outcomes("1100"), suite.outcomes("1110"))
    (row,) = report(suite).rows
    assert row.costs.rft_steps == 8
    assert "RFT ended at its greatest number of steps with 25% of the budget spent" in row.notes


@pytest.mark.parametrize("seeds", [(0,), (0, 1, 2)])
def test_an_arm_that_was_never_right_has_no_interval(suite: Suite, seeds: tuple[int, ...]) -> None:
    suite.arm("vanilla", "0000", "0000", seeds)
    suite.arm("bridge", "0000", "0000", seeds)
    suite.arm("better", "0000", "1100", seeds)
    found = report(suite)
    rows = {row.strategy: row for row in found.rows}
    assert present(rows["bridge"].greedy).gain_labels[0] == "never right"
    assert rows["bridge"].label("greedy") == "never right"
    assert present(rows["better"].greedy).gain_labels[0] != "never right"
    for format in ("terminal", "markdown"):
        text = render(found, format)
        assert "never right" in text
        assert "+0.0" not in text
    flat = next(row for row in to_json(found)["rows"] if row["strategy"] == "bridge")
    assert (flat["gain"], flat["gain_low"], flat["pre_low"], flat["post_high"]) == (
        0,
        None,
        None,
        None,
    )
    names = ("final_vs_reference", "final_vs_reference_low", "primary_low")
    assert [flat[name] for name in names] == [0, None, None]


def test_a_gain_of_exactly_zero_of_an_arm_that_is_right_keeps_its_interval(suite: Suite) -> None:
    suite.arm("vanilla", "1100", "1100")
    assert "+0.0 [0.0, 0.0]" in render(report(suite), "terminal")


def test_the_heading_says_how_many_clusters_the_problems_are_worth(suite: Suite) -> None:
    clusters = ["a"] * 6 + ["b", "c", None, None]
    made = [
        suite.outcomes(right, clusters=clusters) for right in ("1" * 5 + "0" * 5, "1" * 8 + "00")
    ]
    suite.run(suite.cell(), *made)
    found = report(suite)
    (row,) = found.rows
    assert row.clusters == 5
    assert row.effective_clusters == pytest.approx(100 / 40)
    for format in ("terminal", "markdown"):
        assert "problems 10 in 5 clusters (effective 2)" in render(found, format)
    assert to_json(found)["rows"][0]["effective_clusters"] == 2.5


@pytest.mark.parametrize("role", ["rft", "base"])
def test_a_row_whose_costs_would_lack_a_damaged_stage_is_missing(suite: Suite, role: str) -> None:
    suite.arm("vanilla", "1100", "1110", seeds=(0, 1))
    key = suite.cells[0]["stages"][role]
    (suite.store.folder(key) / "costs.json").write_text("{}")
    with pytest.warns(RuntimeWarning, match=r"costs\.json"):
        found = report(suite)
    assert [row.seeds for row in found.rows] == ([(1,)] if role == "rft" else [])
    assert all(role in one.stages and "costs.json" in one.reason for one in found.skipped)
    assert found.skipped
