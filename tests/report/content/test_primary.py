"""The primary contrast: what it ranks, what it never ranks, and what the notes say of it."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from bi_bench.report.content.primary import Primary, primary_notes
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Standing
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import flat_rows, to_csv
from bi_bench.report.tables.render import render
from bi_bench.stats import holm
from tests.conftest import present
from tests.factories import results
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference, gain_difference

HIGH = "1" * 38 + "0" * 2
LOW = "1" * 8 + "0" * 32
START = "1" * 20 + "0" * 20
# Three seeds that differ a little, so that there is a variance between them.
END = ["1" * 24 + "0" * 16, "1" * 25 + "0" * 15, "1" * 23 + "0" * 17]


def report(suite: Suite, **primary: object) -> Report:
    record = suite.record
    if primary:
        record["suite"]["primary"] = {"declared": True, **primary}
    return build_report(results(record, suite.store))


def standings(found: Report) -> list[Standing]:
    return [present(row.standing) for row in found.rows]


def places(found: Report) -> list[tuple[str, str, int]]:
    each = zip(found.rows, standings(found), strict=True)
    return [(row.strategy, standing.place, standing.group) for row, standing in each]


@pytest.fixture
def arms(suite: Suite) -> Suite:
    """In the order of the suite: reference, one below, one tied, two above."""
    suite.arm("vanilla", START, END)
    suite.arm("worse", START, LOW)
    suite.arm("same", START, END[::-1])
    suite.arm("best", START, "1" * 39 + "0")
    suite.arm("better", START, [HIGH, HIGH[::-1][:2] + HIGH[2:], HIGH])
    return suite


def test_groups_follow_the_corrected_intervals_and_keep_the_order_of_the_suite_inside(
    arms: Suite,
) -> None:
    assert places(report(arms)) == [
        ("best", "above", 1),
        ("better", "above", 1),
        ("vanilla", "reference", 2),
        ("same", "tie", 2),
        ("worse", "below", 3),
    ]


def test_an_arm_with_the_higher_mean_is_not_moved_up_inside_its_group(suite: Suite) -> None:
    suite.arm("vanilla", START, END)
    suite.arm("a", START, [END[1], END[0], END[2]])
    suite.arm("b", START, ["1" * 25 + "0" * 15, "1" * 26 + "0" * 14, "1" * 23 + "0" * 17])
    found = report(suite)
    assert present(found.rows[2].greedy).gain.estimate > present(found.rows[0].greedy).gain.estimate
    assert places(found) == [("vanilla", "reference", 1), ("a", "tie", 1), ("b", "tie", 1)]


def test_the_correction_is_over_all_benchmarks_and_algorithms(arms: Suite) -> None:
    arms.arm("vanilla", START, END, algorithm="rloo")
    arms.arm("rloo-arm", START, END[::-1], algorithm="rloo")
    found = report(arms)
    tested = [standing for standing in standings(found) if standing.contrast is not None]
    assert len(tested) == 5
    raw = [
        present(final_difference(row.greedy).p_value)
        for row in found.rows
        if present(row.standing).contrast
    ]
    assert [one.p_value for one in tested] == [one.p_value for one in holm(raw)]
    assert "corrected by Holm over 5 contrasts" in " ".join(found.notes)
    # Each algorithm has a reference of its own, and groups of its own.
    assert {present(row.standing).group for row in found.rows if row.algorithm == "rloo"} == {1}


def test_a_difference_that_one_contrast_alone_would_show_ties_in_a_large_family(
    suite: Suite,
) -> None:
    slight = ["1" * right + "0" * (40 - right) for right in (28, 29, 27)]
    suite.arm("vanilla", START, END)
    suite.arm("slight", START, slight)
    alone = report(suite)
    standing = standings(alone)[0]
    assert (alone.rows[0].strategy, standing.place) == ("slight", "above")
    assert 0.01 < present(standing.p_value) < 0.05
    for number in range(8):
        suite.arm(f"null-{number}", START, END[::-1])
    among_many = report(suite)
    row = next(row for row in among_many.rows if row.strategy == "slight")
    standing = present(row.standing)
    assert standing.place == "tie"
    assert present(standing.contrast).low < 0 < final_difference(row.greedy).low


@pytest.mark.parametrize("seeds", [(0,), (0, 1)])
def test_one_or_two_seeds_name_no_winner(suite: Suite, seeds: tuple[int, ...]) -> None:
    suite.arm("vanilla", START, START, seeds)
    suite.arm("bridge", LOW, HIGH, seeds)
    found = report(suite)
    vanilla, bridge = found.rows
    assert vanilla.standing is None
    standing = present(bridge.standing)
    assert (standing.place, standing.group) == ("not tested", 0)
    assert standing.contrast is None
    assert bridge.label("greedy") == "no winner"
    assert "not tested" in render(found, "terminal").splitlines()[7]
    assert "so nothing is tested and nothing ranked" in " ".join(found.notes)


def test_an_arm_that_nothing_tested_stands_behind_the_ranked_ones(arms: Suite) -> None:
    arms.arm("alone", START, "1" * 40, seeds=(0,))
    assert places(report(arms))[-2:] == [("worse", "below", 3), ("alone", "not tested", 0)]


def test_a_damaged_start_never_puts_an_arm_above_whatever_is_primary(suite: Suite) -> None:
    suite.arm("vanilla", START, END)
    suite.arm("lower", "0" * 40, [end[8:] + "0" * 8 for end in END])
    suite.arm("level", "1" * 4 + "0" * 36, END[::-1])
    by_final = report(suite, contrast="final", score="greedy", split="test-id")
    by_gain = report(suite, contrast="gain", score="greedy", split="test-id")
    for found in (by_final, by_gain):
        lower, level = (next(r for r in found.rows if r.strategy == s) for s in ("lower", "level"))
        assert present(lower.standing).contrast is not None
        assert gain_difference(lower.greedy).low > 0 > final_difference(lower.greedy).high
        assert lower.label("greedy") == level.label("greedy") == "recovered, not improved"
    assert places(by_final) == [
        ("vanilla", "reference", 1),
        ("level", "tie", 1),
        ("lower", "below", 2),
    ]
    assert places(by_gain) == [
        ("vanilla", "reference", 1),
        ("level", "barred", 1),
        ("lower", "below", 2),
    ]


def test_a_label_is_at_the_corrected_level_or_exploratory(suite: Suite) -> None:
    slight = ["1" * right + "0" * (40 - right) for right in (28, 29, 27)]
    suite.arm("vanilla", START, END)
    suite.arm("slight", START, slight)
    for number in range(8):
        suite.arm(f"null-{number}", START, END[::-1])
    row = next(row for row in report(suite).rows if row.strategy == "slight")
    assert present(row.greedy).arm_label == "improved"  # at 95 %
    assert row.label("greedy") == "tie"
    assert row.label("sampled") == "improved (exploratory)"
    flat = flat_rows([row])[0]
    assert (flat["arm_label"], flat["arm_label_basis"]) == ("tie", "corrected")
    assert (flat["arm_label_k"], flat["arm_label_basis_k"]) == ("improved", "exploratory")


def test_the_suite_decides_what_is_primary(suite: Suite) -> None:
    # Gains alike, final scores apart.
    suite.arm("vanilla", START, END)
    suite.arm("lower", "0" * 40, ["1" * 4 + "0" * 36, "1" * 5 + "0" * 35, "1" * 3 + "0" * 37])
    by_gain = report(suite, contrast="gain", score="greedy", split="test-id")
    by_final = report(suite, contrast="final", score="greedy", split="test-id")
    # Whatever a suite declares, a lower final score is below.
    assert [p[1] for p in places(by_gain)] == ["reference", "below"]
    assert places(by_final)[1] == ("lower", "below", 2)
    assert "the suite declares none" not in " ".join(by_final.notes)
    elsewhere = report(suite, contrast="gain", score="greedy", split="test-ood")
    assert [row.standing for row in elsewhere.rows] == [None, None]


def test_a_suite_that_declares_none_is_ranked_by_the_final_score(suite: Suite) -> None:
    suite.arm("vanilla", START, END)
    suite.arm("lower", "0" * 40, ["1" * 4 + "0" * 36, "1" * 5 + "0" * 35, "1" * 3 + "0" * 37])
    # As records had it while the default was another.
    for found in (report(suite), report(suite, declared=False, contrast="gain")):
        assert places(found)[1] == ("lower", "below", 2)
        assert "(the default: the suite declares none): difference of final" in " ".join(
            found.notes
        )


def test_a_half_width_larger_than_the_contrast_is_said_in_words(arms: Suite) -> None:
    (line,) = (note for note in report(arms).notes if note.startswith("Half-width"))
    assert "same · grpo · tiny · sums · test-id +0.0" in line
    assert "best" not in line


def test_a_skewed_interval_that_leaves_out_zero_has_no_open_sign(suite: Suite) -> None:
    primary = Primary("gain", "greedy", "test-id", declared=True)
    suite.arm("vanilla", START, START, (0,))
    suite.arm("bridge", START, END[0], (0,))
    bridge = report(suite).rows[1]

    greedy = present(bridge.greedy)

    def noted(low: float, high: float) -> str:
        contrast = replace(gain_difference(greedy), estimate=-0.05, low=low, high=high)
        scores = replace(greedy, gain_difference=contrast)
        return " ".join(primary_notes([replace(bridge, greedy=scores)], primary, "vanilla"))

    assert "sign is open" in noted(-0.14, 0.01)
    assert "sign is open" not in noted(-0.14, -0.01)


def test_tables_show_groups_and_exports_hold_the_corrected_contrast(arms: Suite) -> None:
    found = report(arms)
    heading, _, *lines = render(found, "terminal").splitlines()[4:10]
    column = heading.index("group")
    assert [line[column] for line in lines[:4]] == ["1", "1", "2", "2"]
    assert "primary, corrected" in render(found, "markdown")
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert [row["place"] for row in rows] == ["above", "above", "reference", "tie", "below"]
    best = rows[0]
    assert float(best["primary_low"]) < float(best["final_vs_reference_low"])
    assert 0 < float(best["primary_p"]) < 0.05
    assert rows[2]["primary"] == ""
