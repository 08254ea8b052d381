"""Algorithms and analyses that cannot be carried out are found by the plan, with the names that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.plan.record import run_record
from bi_bench.suite import load_suite

ALGORITHM = """
from bi_bench.api import Algorithm, Phase, hookimpl

class Mine(Algorithm):
    '''Mine.'''
    name = "mine"
    def phases(self):
        return [PHASE]

@hookimpl
def bi_bench_algorithms(): return [Mine]
"""
ANALYSIS = """
from bi_bench.api import Analysis, hookimpl

class Mine(Analysis):
    '''Mine.'''
    name = "mine"
    needs = NEEDS
    def measure(self, context): return []

@hookimpl
def bi_bench_analyses(): return [Mine]
"""


def planned(file: Path, source: str, *overrides: str) -> StageGraph:
    (file.parent / "mine.py").write_text(source)
    return plan_suite(load_suite(file, ['plugins=["./mine.py"]', *overrides]))


@pytest.mark.parametrize(
    ("phase", "message"),
    [
        (
            'Phase("grpo", 2, 8, 4, reward=lambda grade: 1.0)',
            "the reward of phase 1 is a function, and must be a name. Known: answer",
        ),
        (
            'Phase("grpo", 2, 8, 4, reward="answers")',
            'reward of phase 1 is "answers", which is not known; did you mean "answer"',
        ),
        (
            'Phase("gpo", 2, 8, 4)',
            'trainer of phase 1 is "gpo", which is not known; did you mean "grpo"',
        ),
        ('Phase("grpo", 0, 8, 4)', "steps of phase 1 must be an integer of at least 1, not 0"),
        ('Phase("grpo", 2, 8.0, 4)', "prompts of phase 1 must be an integer"),
        ('Phase("grpo", 2, 8, 4, config={"beta": {1}})', "settings of phase 1 are no plain JSON"),
        ('Phase("grpo", 2, 8, 4, config={"beta": 1e999})', "settings of phase 1 are no plain JSON"),
        (
            'Phase("grpo", 2, 8, 4, config={"model_init_kwargs": {"attn_implementation": "me/k"}})',
            'attn_implementation = "me/k" would run code from the hub',
        ),
        ('"grpo"', "phase 1 is no Phase but a str"),
        ('{}["seven"]', r"KeyError: 'seven' \(mine.py:8\)"),
        ("__import__('sys').exit(3)", "SystemExit: 3"),
    ],
)
def test_cells_with_impossible_phases_are_skipped(
    suite_file: Path, phase: str, message: str
) -> None:
    source = ALGORITHM.replace("PHASE", phase)
    plan = planned(suite_file, source, 'matrix.algorithms=["grpo","mine"]')
    skips = {cell.axes["algorithm"]: cell.skip for cell in plan.cells}
    assert not skips["grpo"]
    with pytest.raises(UserError, match=f"algorithm mine: .*{message}"):
        raise UserError(skips["mine"])
    run_record(plan, "bi-bench run suite.toml")
    with pytest.raises(UserError, match=f"algorithm mine: .*{message}"):
        planned(suite_file, source, 'matrix.algorithms=["mine"]')


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        (
            '("prob",)',
            r'"prob", which is no role; did you mean "probe".* Known: base, augment, sft',
        ),
        ('("pre/test",)', r'"pre/test", which is no role; did you mean .*"pre/test-id"'),
        ('("problems/RL",)', "which is no role"),
        ('"probe"', "Mine.needs must be a collection of names, not 'probe'"),
        ("(1,)", "Mine.needs must be a collection of names"),
    ],
)
def test_needs_of_an_analysis_must_be_known_roles(
    suite_file: Path, needs: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        planned(suite_file, ANALYSIS.replace("NEEDS", needs), 'analyses=["mine"]')


def test_an_analysis_is_left_out_if_the_suite_has_no_stage_for_its_role(suite_file: Path) -> None:
    source = ANALYSIS.replace("NEEDS", '("pre/val",)')
    cells = planned(suite_file, source, 'analyses=["mine"]').cells
    assert {c.without["mine"] for c in cells} == {"it needs pre/val, which the suite does not make"}
    source = ANALYSIS.replace("NEEDS", '("pre/test-id", "problems/rl", "probe-rft", "post")')
    assert not any(c.without for c in planned(suite_file, source, 'analyses=["mine"]').cells)
