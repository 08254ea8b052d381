from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench.plan.equivalent import equivalent_algorithms
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import load_suite

SMOKE = Path(__file__).parents[2] / "suites" / "smoke.toml"


def warnings(algorithms: str) -> list[str]:
    suite = load_suite(SMOKE, [f"matrix.algorithms=[{algorithms}]"])
    return equivalent_algorithms(suite.axes.algorithms, Recipes(suite))


@pytest.mark.parametrize(
    ("algorithms", "names"),
    [
        ('"grpo", {name="gspo", minibatches=1}', "grpo and gspo are one algorithm here"),
        (
            '{name="cispo", minibatches=1},'
            '{name="dapo", minibatches=1, resample_rounds=0, overlong="none"}',
            "cispo and dapo are one algorithm here",
        ),
        ('"dr-grpo", "rloo"', "dr-grpo and rloo are one algorithm here"),
        ('"grpo", {name="grpo", label="again"}', "grpo and again are the same algorithm"),
        (
            '{name="gspo",label="a",minibatches=1}, {name="gspo",label="b",minibatches=1,epsilon=0.1},'
            '"grpo"',
            "a, b and grpo are one algorithm here",
        ),
    ],
)
def test_rows_with_equivalent_algorithms_are_named(algorithms: str, names: str) -> None:
    (warning,) = warnings(algorithms)
    assert warning.startswith(names)


@pytest.mark.parametrize(
    "algorithms",
    [
        '"grpo", "dr-grpo"',
        '"grpo", "gspo"',
        '{name="grpo", iterations=2}, {name="gspo", minibatches=1, iterations=2}',
        '"cispo", "dapo"',
        '{name="cispo", minibatches=1}, {name="dapo", minibatches=1}',
        '"grpo", {name="gspo", minibatches=1, learning_rate=1e-3}',
        '"grpo", {name="gspo", minibatches=1, reward="random"}',
        '"dr-grpo", {name="reinforce-pp", minibatches=1}',
        '"rloo", "expert-iteration"',
    ],
)
def test_rows_with_different_algorithms_are_not_named(algorithms: str) -> None:
    assert warnings(algorithms) == []


def test_plan_prints_the_warning(tmp_path: Path) -> None:
    change = 'matrix.algorithms=["dr-grpo", "rloo"]'
    command = [sys.executable, "-m", "bi_bench", "plan", str(SMOKE), "--store", str(tmp_path)]
    command += ["--set", change]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "warning: dr-grpo and rloo are one algorithm here" in printed
    shown = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    assert len(json.loads(shown)["warnings"]) == 1


MINE = """
from bi_bench.api import Algorithm, PolicyGradient, hookimpl

class Mine(Algorithm):
    '''Takes some problems.'''
    name = "{name}"
    def phases(self):
        return [PolicyGradient(steps=2, prompts=4, group=4)]
    def choose(self, history, n, rng):
        return {chosen}

@hookimpl
def bi_bench_algorithms():
    return [Mine]
"""


def test_methods_of_classes_with_one_name_are_not_taken_for_the_same(tmp_path: Path) -> None:
    files = {"first": "list(range(n))", "last": "list(range(9, 9 - n, -1))"}
    for name, chosen in files.items():
        (tmp_path / f"{name}.py").write_text(MINE.format(name=name, chosen=chosen))
    plugins = json.dumps([str(tmp_path / f"{name}.py") for name in files])
    suite = load_suite(SMOKE, [f"plugins={plugins}", 'matrix.algorithms=["first","last"]'])
    assert equivalent_algorithms(suite.axes.algorithms, Recipes(suite)) == []
