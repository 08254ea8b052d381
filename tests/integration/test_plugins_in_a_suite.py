from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.integration.conftest import Columns, Run

HEAD = "from bi_bench.api import Decline, Draft, Plan, Step, Strategy, Benchmark, Grade, hookimpl\n"
RESTATE = (
    HEAD
    + '''
class RestateAll(Strategy):
    """Every premise is said again before it is used."""

    name = "restate-all"

    def drafts(self, problem, plan, context):
        steps = []
        for step in plan.steps:
            if problem.graph[step.quantity].premise:
                steps.append(Step("restate", step.quantity, injected=True))
            steps.append(step)
        return [Draft(plan=Plan(tuple(steps)))]


@hookimpl
def bi_bench_strategies():
    return [RestateAll]
'''
)
DECLINES = (
    HEAD
    + '''
class Declines(Strategy):
    """Serves nothing."""

    name = "declines"

    def drafts(self, problem, plan, context):
        return Decline("needs rollouts of a larger model")


@hookimpl
def bi_bench_strategies():
    return [Declines]
'''
)
EMPTY = (
    HEAD
    + '''
class Empty(Benchmark):
    """Has no problems."""

    name = "empty"

    def problems(self, split, n, rng):
        return []

    def ask(self, problem, premise_order=None):
        return problem.question

    def grade(self, problem, completion):
        return Grade(False, False)


@hookimpl
def bi_bench_benchmarks():
    return [Empty]
'''
)
WRONG = RESTATE.replace('"restate"', '"return"').replace("restate-all", "wrong")
CRASH = RESTATE.replace("steps = []", "raise RuntimeError('boom')").replace("restate-all", "crash")


def suite(smoke: Path, folder: Path, name: str, plugin: str, *changes: tuple[str, str]) -> Path:
    (folder / "mine.py").write_text(plugin)
    text = smoke.read_text().replace('name = "smoke"', f'name = "{name}"\nplugins = ["./mine.py"]')
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file = folder / f"{name}.toml"
    file.write_text(text)
    return file


def test_a_strategy_in_one_short_file_runs_through_the_whole_matrix(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    tmp_path: Path,
    columns: Columns,
) -> None:
    assert len(RESTATE.splitlines()) <= 40
    file = suite(
        smoke_file,
        tmp_path,
        "mine",
        RESTATE,
        ('strategies = ["vanilla", {', 'strategies = ["vanilla", "restate-all"] # {'),
    )
    result = bi_bench("run", file, "--store", store)
    assert result.returncode == 0, result.stderr
    assert {row["strategy"] for row in columns(store, "mine")} == {"vanilla", "restate-all"}


def test_a_strategy_that_declines_is_a_skipped_cell_with_its_reason(
    smoke: subprocess.CompletedProcess[str],
    smoke_file: Path,
    bi_bench: Run,
    store: Path,
    tmp_path: Path,
    columns: Columns,
) -> None:
    file = suite(
        smoke_file,
        tmp_path,
        "declined",
        DECLINES,
        ('strategies = ["vanilla", {', 'strategies = ["vanilla", "declines"] # {'),
    )
    result = bi_bench("run", file, "--store", store)
    assert result.returncode == 0, result.stderr
    assert "needs rollouts of a larger model" in result.stdout
    assert {row["strategy"] for row in columns(store, "declined")} == {"vanilla"}


@pytest.mark.parametrize(
    ("name", "plugin", "change", "code", "message"),
    [
        (
            "empty",
            EMPTY,
            ("benchmarks = [{", 'benchmarks = ["empty"] # [{'),
            2,
            "yields no problems",
        ),
        ("wrong", WRONG, ('["vanilla", {', '["wrong"] # {'), 2, "wrote a wrong step"),
        ("crash", CRASH, ('["vanilla", {', '["crash"] # {'), 2, 'strategy "crash", problem igsm-'),
    ],
)
def test_faulty_plugins_end_with_a_clear_message_and_no_traceback(
    bi_bench: Run,
    smoke_file: Path,
    tmp_path: Path,
    name: str,
    plugin: str,
    change: tuple[str, str],
    code: int,
    message: str,
) -> None:
    file = suite(smoke_file, tmp_path, name, plugin, change)
    result = bi_bench("run", file, "--store", tmp_path / "store")
    assert result.returncode == code, result.stdout + result.stderr
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    shutil.rmtree(tmp_path / "store")
