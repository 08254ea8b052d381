"""Cells and analyses that a plan leaves out, with the reason; benchmarks evaluated for transfer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.suite import load_suite


def planned(file: Path, *overrides: str) -> StageGraph:
    return plan_suite(load_suite(file, overrides))


def test_a_cell_whose_needs_are_not_provided_is_skipped_with_a_reason(
    suite_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "text_only.py").write_text(
        """
from bi_bench.api import Benchmark, Grade, hookimpl

class TextOnly(Benchmark):
    '''Without graphs.'''
    name = "text-only"
    provides = frozenset({"solution"})
    def problems(self, split, n, rng): return []
    def ask(self, problem, premise_order=None): return problem.question
    def grade(self, problem, completion): return Grade(False, False)

@hookimpl
def bi_bench_benchmarks(): return [TextOnly]
"""
    )
    plan = planned(suite_file, 'plugins=["./text_only.py"]', 'matrix.benchmarks=["text-only"]')
    skips = {cell.axes["strategy"]: cell.skip for cell in plan.cells}
    assert skips["vanilla"] == ""
    assert skips["bridge"] == "bridge needs a graph, which text-only does not provide"


def test_a_misspelt_need_is_a_skip_with_a_hint(suite_file: Path, tmp_path: Path) -> None:
    (tmp_path / "needy.py").write_text(
        """
from bi_bench.api import Strategy, hookimpl

class Needy(Strategy):
    "Needs what nothing provides."
    name = "needy"
    needs = frozenset({"base-modle"})
    def drafts(self, problem, plan, context): return []

@hookimpl
def bi_bench_strategies(): return [Needy]
"""
    )
    plan = planned(suite_file, 'plugins=["./needy.py"]', 'matrix.strategies=["needy"]')
    skip = 'needy needs a base-modle, which igsm does not provide; did you mean "base-model"?'
    assert {cell.skip for cell in plan.cells} == {skip}


WORDS = """
from bi_bench.api import Benchmark, Grade, hookimpl

class Words(Benchmark):
    '''Answers alone.'''
    name = "words"
    provides = frozenset()
    def problems(self, split, n, rng): return []
    def ask(self, problem, premise_order=None): return problem.question
    def grade(self, problem, completion): return Grade(False, False)

@hookimpl
def bi_bench_benchmarks(): return [Words]
"""


def test_a_cell_is_skipped_if_the_benchmark_cannot_compute_the_reward(
    suite_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.py").write_text(WORDS)
    plan = planned(
        suite_file,
        'plugins=["./words.py"]',
        'matrix.benchmarks=["words","igsm"]',
        'matrix.strategies=["vanilla"]',
        'matrix.algorithms=["grpo",{name="grpo",label="strict",reward="derivation"}]',
    )
    skips = {(c.axes["benchmark"], c.axes["algorithm"]): c.skip for c in plan.cells}
    assert skips.pop(("words", "strict")) == (
        'the reward "derivation" of strict needs a derivation, which words does not provide'
    )
    strict = skips.pop(("igsm", "strict"))
    assert not strict
    assert not skips[("igsm", "grpo")]


def test_a_cell_with_more_prompts_per_step_than_problems_is_skipped(suite_file: Path) -> None:
    cells = planned(suite_file, "defaults.data.rl=31").cells
    assert {cell.skip for cell in cells} == {
        "grpo takes 32 problems a step, more than defaults.data.rl = 31"
    }
    assert {cell.skip for cell in planned(suite_file, "defaults.data.rl=32").cells} == {""}


def test_an_analysis_with_nothing_to_measure_is_left_out_with_its_reason(
    suite_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "words.py").write_text(WORDS)
    (tmp_path / "d.jsonl").write_text("{}")
    names = ["behaviours", "influence", "pass-at-k", "solution-loss", "difficulty"]
    plan = planned(
        suite_file,
        'plugins=["./words.py"]',
        'matrix.benchmarks=["words","igsm"]',
        f"analyses={names}",
        "defaults.evaluate.samples=0",
        "defaults.data.probe=1",
        'matrix.strategies=[{name="from-file",path="'
        + str(suite_file.with_name("d.jsonl"))
        + '"}]',
    )
    cells = {cell.axes["benchmark"]: cell for cell in plan.cells}
    assert cells["words"].without == {
        "behaviours": "the benchmark has no graphs to read steps of",
        "influence": "a query and a target are two problems, and defaults.data.probe is 1",
        "pass-at-k": "defaults.evaluate.samples is 0",
        "solution-loss": "the benchmark has no solutions",
    }
    assert cells["igsm"].without.keys() == {"influence", "pass-at-k"}
    for cell in plan.cells:
        assert {f"analyse/{name}" in cell.stages for name in cell.without} == {False}
        assert "analyse/difficulty" in cell.stages


DYVAL = '{name="dyval-arithmetic",tier="embedded"}'


def test_evaluating_other_benchmarks_adds_stages_and_changes_none(suite_file: Path) -> None:
    before = planned(suite_file)
    after = planned(suite_file, f"defaults.evaluate.benchmarks=[{DYVAL}]")
    assert {stage.key for stage in before.stages} < {stage.key for stage in after.stages}
    for old, new in zip(before.cells, after.cells, strict=True):
        added = new.stages.keys() - old.stages.keys()
        assert {**new.stages, **old.stages} == new.stages
        assert added == {
            f"{when}/dyval-arithmetic/{split}"
            for when in ("problems", "overlap", "pre", "post")
            for split in ("test-id", "test-ood")
        }
    one, other = (cell.stages for cell in after.cells[:2])
    assert one["problems/dyval-arithmetic/test-id"] == other["problems/dyval-arithmetic/test-id"]


def test_a_benchmark_is_not_evaluated_twice_on_itself(suite_file: Path) -> None:
    own = '{name="igsm",tier="embedded",ops=[2,3],ops_ood=[4,5],label="again"}'
    both = f"defaults.evaluate.benchmarks=[{own},{DYVAL}]"
    roles = planned(suite_file, both).cells[0].stages
    assert not [role for role in roles if "again" in role]
    roles = planned(suite_file, both, f"matrix.benchmarks=[{DYVAL}]").cells[0].stages
    assert {"pre/again/test-id", "post/again/test-ood"} <= set(roles)
    assert not [role for role in roles if "dyval" in role]


def test_a_transfer_benchmark_must_have_a_split_that_is_evaluated(
    suite_file: Path, tmp_path: Path
) -> None:
    entry = 'defaults.evaluate.benchmarks=[{name="lm-eval",task="any"}]'
    roles = planned(suite_file, entry).cells[0].stages
    assert [role for role in roles if role.startswith("pre/lm-eval")] == ["pre/lm-eval/test-id"]
    with pytest.raises(UserError, match=r"benchmarks\[0\]: lm-eval has none of the splits"):
        planned(suite_file, entry, 'defaults.evaluate.splits=["test-ood"]')
    with pytest.raises(UserError, match=r'evaluate\.benchmarks\[0\]: .*did you mean "igsm"'):
        planned(suite_file, 'defaults.evaluate.benchmarks=["igms"]')
