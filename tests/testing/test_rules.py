"""Each rule finds the plugins that break it, and says where; sound ones go through a whole suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bi_bench.cli import app
from bi_bench.testing.check import Checked, check
from bi_bench.testing.new import new
from bi_bench.testing.observe import Target

BROKEN = '''
import random
from bi_bench.api import *
from pydantic import Field

class Odd_Name(Strategy):
    name = "Odd_Name"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)]

class Bare(Parameters):
    share: float = 1.0

class Undescribed(Strategy[Bare]):
    """One."""
    name = "undescribed"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)]

class NeedsTypo(Strategy):
    """One."""
    name = "needs-typo"
    needs = frozenset({"graphs"})
    def drafts(self, problem, plan, context):
        return []

class Unmarked(Strategy):
    """One."""
    name = "unmarked"
    def drafts(self, problem, plan, context):
        first = plan.steps[0]
        return [Draft(plan=Plan((Step("restate", first.quantity), *plan.steps)))]

class Hashed(Strategy):
    """One."""
    name = "hashed"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)] * (1 + hash(problem.id) % 2)

class Coins(Strategy):
    """One."""
    name = "coins"
    def drafts(self, problem, plan, context):
        return [Draft(plan=plan)] * random.randrange(1, 9)

class Raises(Strategy):
    """One."""
    name = "raises"
    def drafts(self, problem, plan, context):
        raise KeyError("seven")

class Everything(Benchmark):
    """All is right, and in every split."""
    name = "everything"
    provides = frozenset({"solution"})
    def problems(self, split, n, rng):
        for index in range(n):
            yield Problem(f"{split}/{index}", f"{index}?", str(index), solution=str(index))
    def ask(self, problem, premise_order=None):
        return problem.question
    def grade(self, problem, completion):
        return Grade(True, True, "")

class RoleTypo(Analysis):
    """One."""
    name = "role-typo"
    needs = ("prob",)
    def measure(self, context):
        return [{"x": 1.0}]

class NoColumn(Analysis):
    """One."""
    name = "no-column"
    needs = ("probe",)
    figures = (Bars({"y": "y"}, groups="x"),)
    def measure(self, context):
        return [{"x": 1.0}]

class NoTrainer(Algorithm):
    """One."""
    name = "no-trainer"
    def phases(self):
        return [Custom(trainer="grpoo", steps=1, prompts=1, group=2)]

class NeedsDemos(Algorithm):
    """One."""
    name = "needs-demos"
    needs = frozenset({"demos", "demonstrations", "score"})
    def phases(self):
        return [PolicyGradient(steps=1, prompts=1, group=2)]

class Unsolved(Benchmark):
    """Its solutions are wrong."""
    name = "unsolved"
    provides = frozenset({"solution"})
    def problems(self, split, n, rng):
        for index in range(n):
            question = f"{split} {index} {rng.random()}?"
            yield Problem(f"{split}/{index}", question, str(index), solution="none")
    def ask(self, problem, premise_order=None):
        return problem.question
    def grade(self, problem, completion):
        return Grade(completion == problem.answer, True, "")

class ChoosesTooFew(Algorithm):
    """One."""
    name = "chooses-too-few"
    def phases(self):
        return [PolicyGradient(steps=1, prompts=1, group=2)]
    def choose(self, history, n, rng):
        return [0]

class NotANumber(Reward):
    """One."""
    name = "not-a-number"
    def score(self, problem, rollout, grade):
        return float("nan")

class Grows(Reward):
    """One."""
    name = "grows"
    count = 0
    def score(self, problem, rollout, grade):
        self.count += 1
        return float(self.count)

class Informed(Reward):
    """One."""
    name = "informed"
    informed = False
    def score(self, problem, rollout, grade):
        return float(grade.correct)

class Conflict(Trainer):
    """One."""
    name = "conflict"
    def conflict(self, phase, limits):
        return None
    def train(self, room, phase):
        pass

@hookimpl
def bi_bench_strategies():
    return [Odd_Name, Undescribed, NeedsTypo, Unmarked, Hashed, Coins, Raises]

@hookimpl
def bi_bench_benchmarks():
    return [Everything, Unsolved]

@hookimpl
def bi_bench_analyses():
    return [RoleTypo, NoColumn]

@hookimpl
def bi_bench_algorithms():
    return [NoTrainer, NeedsDemos, ChoosesTooFew]

@hookimpl
def bi_bench_rewards():
    return [NotANumber, Grows, Informed]

@hookimpl
def bi_bench_trainers():
    return [Conflict]
'''


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("broken") / "broken.py"
    file.write_text(BROKEN)
    return file


@pytest.fixture(scope="module")
def found(file: Path) -> dict[str, Checked]:
    return {each.name: each for each in check([Target(str(file))])}


@pytest.mark.parametrize(
    ("name", "rule", "wrong"),
    [
        ("Odd_Name", "name", 'the name "Odd_Name" is hard to write in a suite'),
        ("Odd_Name", "docstring", "Odd_Name has no docstring"),
        ("undescribed", "parameters", "the parameter share has no description"),
        ("undescribed", "parameters", "the parameter share has no bounds"),
        ("needs-typo", "needs", 'nothing provides "graphs"'),
        ("unmarked", "drafts", "mark what a strategy adds with injected=True"),
        ("hashed", "determinism", "two processes made something else (rule drafts, line "),
        ("coins", "drafts", "has other drafts when it is asked for again"),
        ("raises", "drafts", "KeyError: 'seven'"),
        ("everything", "splits", 'is in the split "pretrain" too'),
        ("everything", "grades", "the text '' is graded as right"),
        ("role-typo", "needs", 'there is no role "prob"; did you mean "probe"'),
        ("no-column", "table", 'the table has no column "y"'),
        ("no-trainer", "phases", 'trainers: "grpoo" not found; did you mean "grpo"?'),
        ("chooses-too-few", "choose", "choose() returned [0]"),
        ("not-a-number", "score", "score() returned nan"),
        ("grows", "score", "the same rollouts earned something else"),
        ("needs-demos", "needs", 'nothing provides "demos"'),
        ("informed", "informed", "informed is False, and what is earned depends on the text"),
        ("conflict", "check", "conflict() returned None for Limits("),
    ],
)
def test_a_broken_plugin_is_found_with_its_place(
    found: dict[str, Checked], file: Path, name: str, rule: str, wrong: str
) -> None:
    (faults,) = (each.faults for each in found[name].findings if each.rule == rule)
    assert any(wrong in fault.wrong for fault in faults), faults
    assert all(fault.place.startswith(f"{file}:") for fault in faults)


def test_nothing_else_is_found(found: dict[str, Checked]) -> None:
    for name, rules in {
        "undescribed": {"parameters"},
        "unmarked": {"drafts"},
        "hashed": {"determinism"},
        "role-typo": {"needs"},
        "no-trainer": {"phases"},
        "needs-demos": {"needs"},
        "unsolved": {"problems"},
        "informed": {"informed"},
        "conflict": {"check"},
    }.items():
        assert {each.rule for each in found[name].findings if each.faults} == rules


def test_one_mistake_is_one_fault(found: dict[str, Checked]) -> None:
    by_rule = {each.rule: each for each in found["unsolved"].findings}
    (fault,) = by_rule["problems"].faults
    assert fault.wrong.count("its own solution is not graded as right") == 1
    assert by_rule["problems"].left_out == ""
    left_out = {rule for rule, each in by_rule.items() if each.left_out}
    assert left_out == {"splits", "prompts", "grades"}
    assert {by_rule[rule].left_out for rule in left_out} == {
        "not checked: it fails as problems does"
    }


STEADY = '''
from bi_bench.api import Reward, hookimpl

class Steady(Reward):
    """One half, always."""
    name = "steady"
    informed = False
    def score(self, problem, rollout, grade):
        return 0.5

@hookimpl
def bi_bench_rewards():
    return [Steady]
'''
COMBO = '''
from bi_bench.api import Algorithm, Parameters, PolicyGradient, hookimpl
from pydantic import Field

class ComboParameters(Parameters):
    """One."""
    rate: float = Field(1e-3, ge=0, description="of AdamW")

class Combo(Algorithm[ComboParameters]):
    """GRPO with the reward of another file."""
    name = "combo"
    def phases(self):
        config = {"learning_rate": self.params.rate}
        return [PolicyGradient(steps=1, prompts=2, group=2, rewards=("steady",), config=config)]

@hookimpl
def bi_bench_algorithms():
    return [Combo]
'''


def test_files_are_checked_together_and_what_is_left_out_is_not_passed(tmp_path: Path) -> None:
    (tmp_path / "steady.py").write_text(STEADY)
    (tmp_path / "combo.py").write_text(COMBO)
    targets = [Target(str(tmp_path / file)) for file in ("steady.py", "combo.py")]
    reward, algorithm = check(targets)
    assert not [each for each in (*reward.findings, *algorithm.findings) if each.faults]
    (tmp_path / "combo.py").write_text(COMBO.replace("steady", "answer"))
    shown = CliRunner().invoke(app, ["check", str(tmp_path / "combo.py")]).stdout
    assert "  left out  micro run " in shown
    assert shown.endswith(" rules, none failed, 1 left out\n")


def test_a_wrong_parameter_is_named_once(tmp_path: Path) -> None:
    file = tmp_path / "combo.py"
    file.write_text(COMBO)
    wrong = CliRunner().invoke(app, ["check", str(file), "--set", "rates=1"]).stdout
    assert ': --set: rates: unknown key; did you mean "rate"?' in wrong
    assert "-> `bi-bench plugins show combo` lists keys and values\n" in wrong


@pytest.mark.slow
def test_sound_plugins_end_with_a_run_of_the_smallest_suite(tmp_path: Path) -> None:
    file, _ = new("trainer", "own-trainer", tmp_path)
    result = subprocess.run(
        [sys.executable, "-m", "bi_bench", "check", str(file)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "160"},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "micro run    The smallest suite with it runs to its end (a suite" in (result.stdout)
    assert result.stdout.count("micro run    The smallest suite with it runs to its end (") == 2
    assert result.stdout.endswith("rules, none failed, 1 left out\n")
