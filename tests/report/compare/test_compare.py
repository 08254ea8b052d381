from __future__ import annotations

import json
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.report.compare.arms import RunArm, matching, pairs, run_arms
from bi_bench.report.compare.contrasts import compare_arms
from bi_bench.report.compare.text import closing, to_json, to_text
from bi_bench.report.content.rows import build_report
from bi_bench.report.data.record import open_record
from tests.conftest import present
from tests.factories import results, write_record
from tests.report.conftest import Suite
from tests.report.contrasts import gain_difference

ONE, OTHER = "1" * 20 + "0" * 40, "1" * 30 + "0" * 30
HIGH, MORE = "1" * 50 + "0" * 10, "1" * 58 + "0" * 2


def sides(suite: Suite, run: str = "r") -> list[RunArm]:
    return run_arms(results(suite.record, suite.store, run))


def pair(suite: Suite, one: str = "bridge", other: str = "vanilla") -> list[tuple[RunArm, RunArm]]:
    of_run = sides(suite)
    return pairs(matching(of_run, one), matching(of_run, other), (one, other))


def test_the_contrasts_are_those_of_the_leaderboard(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, {0: HIGH, 1: HIGH, 2: MORE})
    suite.arm("bridge", ONE, {0: HIGH, 1: MORE, 2: HIGH})
    ((one, other),) = pair(suite)
    (found,) = compare_arms(one, other)
    row = next(r for r in build_report(suite.results).rows if r.strategy == "bridge")
    assert present(found.greedy).one == row.greedy
    assert present(found.sampled).one == row.sampled
    assert found.seeds == (0, 1, 2)
    ((back, front),) = pair(suite, "vanilla", "bridge")
    (turned,) = compare_arms(back, front)
    assert gain_difference(present(turned.greedy).one).estimate == pytest.approx(
        -gain_difference(present(found.greedy).one).estimate
    )


def test_a_gain_from_a_damaged_start_is_told_as_recovered(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH)
    suite.arm("bridge", ONE, HIGH)
    (found,) = compare_arms(*pair(suite)[0])
    text = " ".join(to_text([found], closing([found])).split())
    assert (
        "On sums · test-id (60 problems, seeds 0-2), greedy, bridge gains 16.7 points more" in text
    )
    assert "final scores are the same, problem by problem: recovered, not improved." in text
    assert "exploratory unless it is the suite's primary contrast" in text


def test_answers_that_one_arm_alone_gets_right_are_counted(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, "1" * 30 + "0" * 30, seeds=(0,))
    suite.arm("bridge", OTHER, "0" * 10 + "1" * 25 + "0" * 25, seeds=(0,))
    (found,) = compare_arms(*pair(suite)[0])
    flips = present(found.flips)
    assert (flips.only_one, flips.only_other) == (5, 10)
    assert flips.p_value == pytest.approx(0.3018, abs=1e-4)
    text = " ".join(to_text([found]).split())
    assert "5 are right in bridge alone and 10 in vanilla alone (exact McNemar p = 0.3)" in text
    assert "conditional on one seed" in text


def test_another_evaluation_is_refused_by_the_field_that_differs(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH)
    for seed in range(3):
        cell = suite.cell("bridge", seed)
        changed = {**suite.settings, "max_new_tokens": 12}
        made = [suite.outcomes(x, seed=seed, settings=changed) for x in (ONE, HIGH)]
        suite.run(cell, *made)
    (found,) = compare_arms(*pair(suite)[0])
    assert found.greedy is None
    assert "settings.max_new_tokens differ" in found.refused
    assert "from vanilla, pre, seed 0" in found.refused
    text = " ".join(to_text([found]).split())
    assert "bridge and vanilla cannot be compared: refused, settings.max_new_tokens" in text


def test_common_seeds_alone_count(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH, seeds=(0, 1, 2, 3))
    suite.arm("bridge", ONE, HIGH, seeds=(1, 2, 3, 4))
    (found,) = compare_arms(*pair(suite)[0])
    assert found.seeds == (1, 2, 3)
    assert "left out: [0, 4]" in found.notes[0]


def test_nothing_in_common_says_so(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH, seeds=(0,))
    suite.arm("bridge", ONE, HIGH, seeds=(1,))
    suite.cell("filler", 0)
    assert compare_arms(*pair(suite)[0])[0].refused == "no seed in common"
    assert compare_arms(*pair(suite, "filler")[0])[0].refused == "no finished seed of filler"


def test_labels_choose_arms_and_what_they_leave_open_is_matched(suite: Suite) -> None:
    for algorithm in ("grpo", "rloo"):
        suite.arm("vanilla", OTHER, HIGH, seeds=(0,), algorithm=algorithm)
        suite.arm("bridge", ONE, HIGH, seeds=(0,), algorithm=algorithm)
    assert [(a.name, b.name) for a, b in pair(suite)] == [("bridge", "vanilla")] * 2
    assert [a.arm.algorithm for a, _ in pair(suite)] == ["grpo", "rloo"]
    ((one, other),) = pair(suite, "bridge · grpo", "bridge · rloo")
    assert (one.name, other.name) == ("bridge · grpo", "bridge · rloo")
    ((one, other),) = pair(suite, "bridge · rloo · tiny · sums", "vanilla · grpo")
    assert (one.name, other.name) == ("bridge · rloo", "vanilla · grpo")
    with pytest.raises(UserError, match="match several arms"):
        pair(suite, "tiny", "vanilla")


def test_mistakes_in_labels_get_a_hint(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH, seeds=(0,))
    suite.arm("bridge", ONE, HIGH, seeds=(0,))
    with pytest.raises(UserError, match='did you mean "bridge"'):
        pair(suite, "brigde")
    with pytest.raises(UserError, match='no arm has the label "bridge · rloo"'):
        pair(suite, "bridge · rloo")
    with pytest.raises(UserError, match="given twice"):
        pair(suite, "bridge", "bridge")


def test_the_same_stages_in_two_runs_have_no_difference(suite: Suite) -> None:
    suite.arm("bridge", ONE, HIGH)
    first, second = sides(suite, "first"), sides(suite, "second")
    ((one, other),) = pairs(first, second, ("", ""))
    assert (one.name, other.name) == ("bridge of first", "bridge of second")
    assert "same stages" in compare_arms(one, other)[0].refused


def test_everything_is_in_the_json(suite: Suite) -> None:
    suite.arm("vanilla", OTHER, HIGH)
    suite.arm("bridge", ONE, MORE)
    found = json.loads(json.dumps(to_json(compare_arms(*pair(suite)[0]), ["note"])))
    (one,) = found["comparisons"]
    assert one["greedy"]["one"]["final_difference"]["estimate"] == pytest.approx(8 / 60)
    assert one["one"]["strategy"] == "bridge"
    assert one["sentences"]
    assert found["notes"] == ["note"]


def test_a_published_record_compares_like_its_run(suite: Suite, tmp_path: Path) -> None:
    suite.arm("vanilla", OTHER, HIGH)
    suite.arm("bridge", ONE, MORE)
    file = tmp_path / "published" / "record.json"
    write_record(file, suite.record, suite.store, "quick-1")
    published = run_arms(open_record(file.parent))
    one, other = (matching(published, name) for name in ("bridge", "vanilla"))
    ((left, right),) = pairs(one, other, ("bridge", "vanilla"))
    (found,), (own,) = compare_arms(left, right), compare_arms(*pair(suite)[0])
    assert (found.greedy, found.sampled, found.flips) == (own.greedy, own.sampled, own.flips)
