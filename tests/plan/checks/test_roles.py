"""Analyses that cannot be carried out are found by the plan, with the roles that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.suite import load_suite

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
    ("needs", "message"),
    [
        (
            '("prob",)',
            r'"prob", which is no role; did you mean "probe".* Known: base, augment, sft',
        ),
        ('("pre/test",)', r'"pre/test", which is no role; did you mean .*"pre/test-id"'),
        ('("problems/RL",)', "which is no role"),
        ('"probe"', r"Mine.needs must be tuple\[str, ...\], not 'probe'"),
        ("(1,)", r"Mine.needs must be tuple\[str, ...\], not \(1,\)"),
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
