"""Plugins that break their contract: one clear message when a suite is planned, and the rest is planned.

A file that cannot be used is an error, since the suite asked for it; a plugin that fails while its
cells are planned skips these alone, with the reason. Files that fail at import are in tests/test_loading.py.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.plan import StageGraph, plan_suite, recipe
from bi_bench.plan.warnings import suite_warnings
from bi_bench.plugins import discover
from bi_bench.suite import load_suite

MINE = """
from pathlib import Path
from pydantic import Field, field_validator
from bi_bench.api import *

class Mine({base}):
    '''Mine.'''
    name = "mine"
    {needed}
{body}

@hookimpl
def bi_bench_{kind}():
    return [Mine]
"""
BASES = {
    "strategies": (
        "Strategy",
        "def drafts(self, problem, plan, context): return [Draft(plan=plan)]",
    ),
    "models": (
        "LanguageModel",
        "def source(self): return ModelSource('x', hub_id='a/b', revision='c')",
    ),
    "benchmarks": ("Benchmark", "problems = ask = grade = lambda self, *given: None"),
    "algorithms": (
        "Algorithm",
        "def phases(self): return [PolicyGradient(steps=1, prompts=2, group=2)]",
    ),
    "rewards": ("Reward", "def score(self, problem, rollout, grade): return 1.0"),
    "trainers": ("Trainer", "def train(self, room, phase): pass"),
    "analyses": ("Analysis", "def measure(self, context): return []"),
}
AXES = {
    "strategies": 'matrix.strategies=["vanilla","mine"]',
    "models": 'matrix.models=[{name="hub",id="some/model",revision="abc"},"mine"]',
    "benchmarks": 'matrix.benchmarks=[{name="igsm",tier="embedded"},"mine"]',
    "algorithms": 'matrix.algorithms=["grpo","mine"]',
    "analyses": 'analyses=["mine"]',
}


def written(folder: Path, kind: str, body: str) -> Path:
    base, needed = BASES[kind]
    indented = textwrap.indent(textwrap.dedent(body), "    ")
    file = folder / "mine.py"
    file.write_text(MINE.format(base=base, kind=kind, needed=needed, body=indented))
    return file


def planned(file: Path, kind: str, body: str, *overrides: str) -> StageGraph:
    written(file.parent, kind, body)
    return plan_suite(load_suite(file, ['plugins=["./mine.py"]', AXES[kind], *overrides]))


UNUSABLE = [
    ("strategies", "name = 'bad name/../x'", 'the name "bad name/../x" may have letters, digits, '),
    ("strategies", "faithful = 'no'", "Mine.faithful must be bool, not 'no'"),
    ("strategies", "needs = {'graph'}", "Mine.needs must be frozenset[str], not {'graph'}"),
    (
        "strategies",
        "def drafts(self, problem): return []",
        "Mine.drafts cannot be called as drafts(self, problem, plan, context): too many",
    ),
    (
        "strategies",
        "def drafts(self, problem, plan, context, more): return []",
        "missing a required argument: 'more'",
    ),
    ("strategies", "about = None", "Mine.about must be a method, not None"),
    (
        "strategies",
        "class Params(Parameters): share: float = 'half'",
        "the default of parameter share must be float, not 'half'",
    ),
    (
        "strategies",
        "class Params(Parameters): label: str = 'x'",
        "a parameter must not be called label",
    ),
    (
        "strategies",
        "class Params: share = 0.5",
        "Mine.Params must be type[Parameters], not <class ",
    ),
    ("benchmarks", "splits = ('train',)", "Mine.splits must be tuple[Literal['pretrain', 'sft', "),
    ("benchmarks", "provides = 'graph'", "Mine.provides must be frozenset[str], not 'graph'"),
    ("benchmarks", "procedural = 1", "Mine.procedural must be bool, not 1"),
    ("analyses", "uses_models = 'yes'", "Mine.uses_models must be bool, not 'yes'"),
    ("analyses", "figures = [1]", "Mine.figures must be tuple[Bars | Lines, ...], not [1]"),
    (
        "analyses",
        "def declines(self): return ''",
        "Mine.declines cannot be called as declines(self, benchmark, defaults)",
    ),
    ("models", "pace = 3.0", "Mine.pace must be a method, not 3.0"),
    ("algorithms", "needs = 'demonstrations'", "Mine.needs must be frozenset["),
    ("algorithms", "choose = None", "Mine.choose must be a method, not None"),
    ("rewards", "informed = 'no'", "Mine.informed must be bool, not 'no'"),
    (
        "rewards",
        "def score(self, grade): return 1.0",
        "called as score(self, problem, rollout, grade)",
    ),
    ("trainers", "uses = frozenset({'choos'})", "Mine.uses must be frozenset[Literal['choose', "),
    (
        "trainers",
        "def train(self, room): pass",
        "Mine.train cannot be called as train(self, room, phase)",
    ),
]
SKIPPED = [
    (
        "algorithms",
        "def __init__(self, params=None): {}['seven']",
        "algorithm mine: KeyError: 'seven'",
    ),
    ("algorithms", "def phases(self): return None", "TypeError: 'NoneType' object is not iterable"),
    (
        "algorithms",
        "def phases(self): return [Phase('grpo', 2)]",
        "algorithm mine: TypeError: Phase",
    ),
    (
        "strategies",
        "per_problem = 'two'",
        "strategy mine: TypeError: Mine.per_problem must be float, not 'two'",
    ),
    (
        "strategies",
        "def per_problem(self): return 2.0",
        "Mine.per_problem must be float, not <bound method",
    ),
    (
        "strategies",
        "per_problem = property(lambda self: {}['seven'])",
        "strategy mine: KeyError: 'seven' (mine.py:",
    ),
    (
        "strategies",
        "def __init__(self, params, more): pass",
        "__init__() missing 1 required positional argument: 'more'",
    ),
    (
        "strategies",
        "def __init__(self, params=None): raise SystemExit(3)",
        "strategy mine: SystemExit: 3 (mine.py:",
    ),
    (
        "strategies",
        "needs = frozenset({'graphs'})",
        "mine needs a graphs, which igsm does not provide",
    ),
    ("models", "def source(self): return {}['seven']", "model mine: KeyError: 'seven' (mine.py:"),
    (
        "models",
        "def source(self): return None",
        "the result of source() must be ModelSource, not None (mine.py:",
    ),
    (
        "models",
        "def source(self): return ModelSource('', hub_id='a/b')",
        "identity of its source must be a text",
    ),
    (
        "models",
        "def source(self): return ModelSource('x')",
        "must have a folder or a hub_id, one of the two",
    ),
    (
        "models",
        "def source(self): return ModelSource('x', Path('/nowhere'))",
        "the folder /nowhere of its source does not exist",
    ),
    (
        "models",
        "def pace(self): return 7",
        "the result of pace() must be Pace | None, not 7 (mine.py:",
    ),
    (
        "benchmarks",
        "max_new_tokens = '150'",
        "benchmark mine: TypeError: Mine.max_new_tokens must be int, not '150'",
    ),
]
LEFT_OUT = [
    (
        "def declines(self, benchmark, defaults): return defaults['nothing']",
        "KeyError: 'nothing' (mine.py:",
    ),
    (
        "def declines(self, benchmark, defaults): return None",
        "the result of declines() must be str, not None",
    ),
    (
        "def work(self, defaults): return 7",
        "the result of work() must be tuple[float, float], not 7",
    ),
]


@pytest.mark.parametrize(("kind", "body", "message"), UNUSABLE)
def test_a_file_that_cannot_be_used_is_an_error(
    tmp_path: Path, kind: str, body: str, message: str
) -> None:
    file = written(tmp_path, kind, body)
    with pytest.raises(UserError) as caught:
        discover([file])
    assert str(caught.value).startswith(f"plugin file {file} cannot be used: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(("kind", "body", "message"), SKIPPED)
def test_a_plugin_that_cannot_be_planned_skips_its_cells(
    suite_file: Path, kind: str, body: str, message: str
) -> None:
    plan = planned(suite_file, kind, body)
    mine = [cell for cell in plan.cells if "mine" in cell.axes.values()]
    others = [cell for cell in plan.cells if "mine" not in cell.axes.values()]
    assert all(message in cell.skip and "\n" not in cell.skip for cell in mine)
    assert others
    assert not any(cell.skip for cell in others)
    asked_for = {key for cell in others for key in cell.stages.values()}
    assert {stage.key for stage in plan.stages} == asked_for


def test_phases_that_never_come_are_not_waited_for(
    suite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "SECONDS", 0.2)
    plan = planned(suite_file, "algorithms", "def phases(self):\n    while True: pass")
    reasons = {cell.axes["algorithm"]: cell.skip for cell in plan.cells}
    assert not reasons["grpo"]
    assert "algorithm mine: TimeoutError: not done after 0.2 seconds" in reasons["mine"]


def test_cells_after_one_that_cannot_be_planned_have_all_their_stages(suite_file: Path) -> None:
    first = 'matrix.models=["mine",{name="hub",id="some/model",revision="abc"}]'
    plan = planned(suite_file, "models", "def source(self): return None", first)
    asked_for = {key for cell in plan.cells for key in cell.stages.values()}
    assert asked_for
    assert {stage.key for stage in plan.stages} == asked_for


def test_nothing_but_plugins_that_cannot_be_planned_is_an_error(suite_file: Path) -> None:
    body = "per_problem = property(lambda self: {}['seven'])"
    with pytest.raises(UserError, match=r"^strategy mine: KeyError: 'seven' \(mine.py:\d+\)$"):
        planned(suite_file, "strategies", body, 'matrix.strategies=["mine"]')


@pytest.mark.parametrize(("body", "message"), LEFT_OUT)
def test_an_analysis_that_cannot_be_planned_is_left_out(
    suite_file: Path, body: str, message: str
) -> None:
    for cell in planned(suite_file, "analyses", body).cells:
        assert not cell.skip
        assert cell.without["mine"].startswith("analysis mine: ")
        assert message in cell.without["mine"]


def test_a_parameter_is_checked_by_code_that_may_raise(suite_file: Path) -> None:
    body = """
    class Params(Parameters):
        share: float = 1.0
        @field_validator("share")
        def known(cls, value): return {}["seven"]
    """
    entry = 'matrix.strategies=["vanilla",{name="mine",share=0.5}]'
    with pytest.raises(
        UserError, match=r"matrix.strategies\[1\]: KeyError: 'seven' \(mine.py:\d+\)"
    ):
        planned(suite_file, "strategies", body, entry)


def test_a_clash_of_names_blocks_only_suites_that_use_the_name(suite_file: Path) -> None:
    body = "name = 'vanilla'"
    with pytest.raises(UserError, match=r'"vanilla" is provided by bi-bench .* and .*mine\.py'):
        planned(suite_file, "strategies", body, 'matrix.strategies=["vanilla"]')
    other = planned(suite_file, "strategies", body, 'matrix.strategies=["bridge"]')
    assert not any(cell.skip for cell in other.cells)


def test_warnings_of_an_algorithm_that_fail_are_a_warning(suite_file: Path) -> None:
    source = """
from bi_bench_plugins.algorithms.grpo import GRPO
from bi_bench.api import hookimpl
class Mine(GRPO):
    '''Mine.'''
    name = "mine"
    def warnings(self): return "careful"
@hookimpl
def bi_bench_algorithms(): return [Mine]
"""
    (suite_file.parent / "mine.py").write_text(source)
    overrides = ['plugins=["./mine.py"]', 'matrix.algorithms=["grpo","mine"]']
    warnings = suite_warnings(load_suite(suite_file, overrides))
    assert any(
        "the result of warnings() must be Sequence[str], not 'careful'" in w for w in warnings
    )
