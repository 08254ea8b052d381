from __future__ import annotations

from bi_bench.report.compare.arms import matching, pairs, run_arms
from bi_bench.report.compare.cpu import cpu_notes
from bi_bench.report.content.rows import build_report
from tests.factories import results
from tests.report.conftest import Suite

OLD = {"instructions": "GenuineIntel avx2", "capability": "AVX2"}
NEW = {"instructions": "GenuineIntel avx2 avx512f", "capability": "AVX512"}


def trained(suite: Suite, strategy: str, cpu: dict[str, str] | None) -> None:
    for seed in range(4):
        cell = suite.cell(strategy, seed)
        one = suite.outcomes("1100", seed=seed)
        suite.run(cell, one, one)
        if cpu:
            suite.change(cell["stages"]["rft"], costs={"wall_seconds": 1, "cpu": cpu})


def notes(suite: Suite, runs: tuple[str, str] = ("r", "r")) -> list[str]:
    one, other = (
        matching(run_arms(results(suite.record, suite.store, run)), name)
        for run, name in zip(runs, ("bridge", "vanilla"), strict=True)
    )
    return cpu_notes(pairs(one, other, ("bridge", "vanilla")))


def test_other_kinds_of_cpu_are_named_with_their_part_of_a_difference(suite: Suite) -> None:
    trained(suite, "vanilla", OLD)
    trained(suite, "bridge", NEW)
    (note,) = notes(suite)
    assert "capability AVX512" in note
    assert "81 to 107 of 500" in note
    assert "over 4 seeds some 0.8 points" in note  # 1.7 over the root of four
    (said,) = (note for note in build_report(suite.results).notes if "CPU" in note)
    assert "RFT ran on 2 kinds of CPU" in said
    assert "vanilla seed 0, vanilla seed 1" in said


def test_one_kind_of_cpu_needs_no_words(suite: Suite) -> None:
    trained(suite, "vanilla", NEW)
    trained(suite, "bridge", NEW)
    assert notes(suite) == []
    assert not any("CPU" in note for note in build_report(suite.results).notes)


def test_two_runs_of_which_one_does_not_know_say_so(suite: Suite) -> None:
    trained(suite, "vanilla", None)
    trained(suite, "bridge", NEW)
    (note,) = notes(suite, ("new", "old"))
    assert note.startswith("on which kind of CPU RFT ran is not recorded for both runs")
    assert notes(suite) == []
