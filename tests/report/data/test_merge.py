from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.report.content.report import Report
from bi_bench.report.content.row import Row
from bi_bench.report.content.rows import build_report
from bi_bench.report.data.merge import merge
from bi_bench.store import Store
from tests.conftest import present
from tests.factories import commit, results
from tests.report.conftest import Suite
from tests.report.contrasts import final_difference

PRE, POST = "1" * 20 + "0" * 40, "1" * 50 + "0" * 10


@pytest.fixture
def other(tmp_path: Path, suite: Suite) -> Suite:
    """Another store with a run of its own."""
    return Suite(tmp_path / "other")


def rows(tmp_path: Path, *suites: Suite) -> tuple[dict[tuple[str, str], Row], Report]:
    runs = [results(s.record, s.store, f"run{n}") for n, s in enumerate(suites)]
    report = build_report(merge(runs, tmp_path / "out"))
    return {(r.strategy, r.algorithm): r for r in report.rows}, report


def test_seeds_of_two_runs_become_one_arm_and_shared_cells_count_once(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    for each, seeds in ((suite, (0, 1)), (other, (1, 2))):
        each.arm("vanilla", PRE, POST, seeds=seeds)
        each.arm("bridge", PRE, POST, seeds=seeds)
    found, report = rows(tmp_path, suite, other)
    assert list(found) == [("vanilla", "grpo"), ("bridge", "grpo")]
    assert found["bridge", "grpo"].seeds == (0, 1, 2)
    assert final_difference(found["bridge", "grpo"].greedy).seeds == 3
    assert report.suite == "run0 + run1"
    alone, _ = rows(tmp_path, suite)
    assert alone["bridge", "grpo"].seeds == (0, 1)


def test_arms_of_one_run_alone_stay_as_they_are(tmp_path: Path, suite: Suite, other: Suite) -> None:
    suite.arm("vanilla", PRE, POST)
    other.arm("vanilla", PRE, POST)
    other.arm("filler", PRE, PRE)
    found, _ = rows(tmp_path, suite, other)
    assert final_difference(found["filler", "grpo"].greedy).estimate == pytest.approx(-0.5)


def identities(suite: Suite, strategy: str, role: str, **identity: object) -> None:
    """Another identity for a stage of an arm."""
    for cell in suite.cells:
        if cell["axes"]["strategy"] == strategy:
            key = f"{cell['stages'][role]}-{'-'.join(map(str, identity.values()))}"
            cell["stages"][role] = key
            stage = {"kind": "rft", "label": key, "identity": identity, "parents": {}}
            with suite.store.begin(key) as work:
                commit(work, stage, {})


def test_an_arm_with_other_settings_is_told_apart_by_its_run(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    for each, seeds, rate in ((suite, (0, 1), 3), (other, (2, 3), 1)):
        each.arm("vanilla", PRE, POST, seeds=seeds)
        each.arm("bridge", PRE, POST, seeds=seeds)
        identities(each, "bridge", "rft", rate=rate)
    found, report = rows(tmp_path, suite, other)
    assert list(found) == [
        ("vanilla", "grpo"),
        ("bridge", "grpo"),
        ("bridge (run1)", "grpo"),
    ]
    assert found["vanilla", "grpo"].seeds == (0, 1, 2, 3)
    assert found["bridge", "grpo"].seeds == (0, 1)
    assert found["bridge (run1)", "grpo"].seeds == (2, 3)
    assert "run1 differs in settings" in report.description


def test_where_the_reference_differs_contrasts_stay_inside_a_run(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    for each, rate in ((suite, 3), (other, 1)):
        seeds = (0, 1, 2) if each is suite else (3, 4, 5)
        each.arm("vanilla", PRE, POST if each is suite else PRE, seeds=seeds)
        each.arm("bridge", PRE, POST, seeds=seeds)
        for strategy in ("vanilla", "bridge"):
            identities(each, strategy, "rft", rate=rate)
    found, _ = rows(tmp_path, suite, other)
    assert final_difference(found["bridge", "grpo"].greedy).estimate == 0
    apart = found["bridge", "grpo (run1)"]
    assert final_difference(apart.greedy).estimate == pytest.approx(0.5)


def test_gains_over_a_random_reward_stay_inside_a_run(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    for each, rate in ((suite, 3), (other, 1)):
        seeds = (0, 1, 2) if each is suite else (3, 4, 5)
        each.rewards = {"grpo": ["answer"], "coin": ["random"]}
        for algorithm, post in (("grpo", POST), ("coin", PRE if each is suite else POST)):
            each.arm("vanilla", PRE, post, seeds=seeds, algorithm=algorithm)
        identities(each, "vanilla", "rft", rate=rate)
    found, _ = rows(tmp_path, suite, other)
    assert present(found["vanilla", "grpo"].over_random).estimate == pytest.approx(0.5)
    assert present(found["vanilla", "grpo (run1)"].over_random).estimate == 0
    assert found["vanilla", "coin (run1)"].over_random is None


def test_a_seed_that_was_drawn_otherwise_is_another_arm(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    suite.arm("vanilla", PRE, POST)
    other.arm("vanilla", PRE, PRE)
    identities(other, "vanilla", "problems/sft", rate=1)
    found, _ = rows(tmp_path, suite, other)
    assert list(found) == [("vanilla", "grpo"), ("vanilla", "grpo (run1)")]


def test_a_cell_that_one_run_has_finished_is_finished(
    tmp_path: Path, suite: Suite, other: Suite
) -> None:
    suite.cell("vanilla", 0)
    other.arm("vanilla", PRE, POST, seeds=(0,))
    _, report = rows(tmp_path, suite, other)
    assert [row.seeds for row in report.rows] == [(0,)]
    assert report.skipped == ()


def test_different_reference_arms_are_refused(tmp_path: Path, suite: Suite, other: Suite) -> None:
    other.reference = "bridge"
    with pytest.raises(UserError, match='"vanilla" in run0, "bridge" in run1'):
        rows(tmp_path, suite, other)


def test_nothing_is_written_into_the_stores(tmp_path: Path, suite: Suite, other: Suite) -> None:
    suite.arm("vanilla", PRE, POST)
    other.arm("bridge", PRE, POST)
    before = sorted(str(p) for p in (tmp_path / "other").rglob("*"))
    rows(tmp_path, suite, other)
    assert sorted(str(p) for p in (tmp_path / "other").rglob("*")) == before
    assert isinstance(suite.store, Store)


def test_two_runs_are_compared_with_the_settings_that_differ(suite: Suite, other: Suite) -> None:
    from bi_bench.report.compare.arms import pairs, run_arms
    from bi_bench.report.compare.runs import _settings

    for each, rate in ((suite, 3), (other, 1)):
        for strategy in ("vanilla", "bridge", "filler"):
            each.arm(strategy, PRE, POST, seeds=(0,))
        for strategy in ("vanilla", "bridge"):
            identities(each, strategy, "rft", algorithm={"learning_rate": rate})
    old, new = (
        {side.arm: side for side in run_arms(results(each.record, each.store, name))}
        for name, each in (("old", suite), ("new", other))
    )
    both = [pair for arm in old for pair in pairs([new[arm]], [old[arm]], ("", ""))]
    assert _settings(both) == [
        "settings that differ, old -> new: algorithm.learning_rate 3 -> 1 "
        "(rft of vanilla · grpo · tiny · sums; bridge · grpo · tiny · sums)",
        "no setting differs for filler · grpo · tiny · sums",
    ]
