from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from bi_bench.plugins import KINDS
from tests.batch import run_all

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "suites" / "smoke.toml"


def run(
    *arguments: object, module: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    start = (
        [sys.executable, "-m", "bi_bench"]
        if module
        else [str(Path(sys.executable).parent / "bi-bench")]
    )
    return subprocess.run(
        [*start, *map(str, arguments)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_module_and_the_command_are_the_same() -> None:
    assert run("--help").stdout == run("--help", module=False).stdout
    assert "leaderboard" in run("--help").stdout


@pytest.mark.alone
def test_help_is_fast_and_imports_nothing_heavy() -> None:
    code = (
        "import sys, contextlib; from bi_bench.cli import app\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\n"
        "print({'torch', 'numpy', 'pydantic', 'datasets'} & set(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stderr.strip() == "set()"
    seconds = []
    for _ in range(5):
        started = time.monotonic()
        run("--help", module=False)
        seconds.append(time.monotonic() - started)
    assert min(seconds) < 0.5, seconds


MISTAKES: list[tuple[list[object], str]] = [
    (["plan", "no-such.toml"], "no such file"),
    (
        ["plan", SMOKE, "--set", "matrix.sed=1"],
        'matrix.sed: unknown key; did you mean "seeds"?',
    ),
    (["plan", SMOKE, "--set", 'matrix.strategies=["brdge"]'], 'did you mean "bridge"?'),
    (["plan", SMOKE, "--set", "matrix.strategies[1].reflection=7"], "less than or equal to 1"),
    (["report", "nothing", "--store", "no-store"], "no run matches"),
    (["sample", "igms"], 'did you mean "igsm"?'),
    (["sample", "igsm", "--split", "tests"], "is not one of"),
    (["sample", "igsm", "--set", "benchmark.tire=1"], 'did you mean "tier"?'),
    (["why", SMOKE, "zzz"], "no stage begins"),
    (["stage", SMOKE, "zzz"], "no stage begins"),
]


@pytest.fixture(scope="module")
def mistaken() -> list[subprocess.CompletedProcess[str]]:
    return run_all([arguments for arguments, _ in MISTAKES])


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_mistakes_are_one_clear_message_and_exit_code_2(
    mistaken: list[subprocess.CompletedProcess[str]], number: int
) -> None:
    assert mistaken[number].returncode == 2
    assert MISTAKES[number][1] in mistaken[number].stderr
    assert "Traceback" not in mistaken[number].stderr


def test_plan_as_json_names_cells_and_stages(tmp_path: Path) -> None:
    plan = json.loads(run("plan", SMOKE, "--store", tmp_path, "--json").stdout)
    assert len(plan["cells"]) == 2
    assert plan["stages"] == len(plan["stage_list"]) == 26
    assert plan["done"] == 0
    assert plan["smallest_detectable_gain"] > 0
    assert plan["estimated_seconds"] > 0


def test_one_stage_by_hand_then_why(tmp_path: Path) -> None:
    plan = json.loads(run("plan", SMOKE, "--store", tmp_path, "--json").stdout)
    key = next(s["key"] for s in plan["stage_list"] if s["kind"] == "problems")
    result = run("stage", SMOKE, key[:16], "--store", tmp_path)
    assert result.returncode == 0, result.stderr
    assert "in the store" in run("why", SMOKE, key, "--store", tmp_path).stdout
    changed = ["--set", "defaults.data.sft=7"]
    other = json.loads(run("plan", SMOKE, "--store", tmp_path, "--json", *changed).stdout)
    missing = next(s["key"] for s in other["stage_list"] if s["kind"] == "problems")
    why = run("why", SMOKE, missing, "--store", tmp_path, *changed)
    assert "n: 200 there, 7 here" in why.stdout
    freed = run("gc", "--store", tmp_path)
    assert "in 1 stages" in freed.stdout


def test_a_stage_by_hand_has_the_environment_of_a_worker(tmp_path: Path) -> None:
    spy = """import json, os, pathlib
from bi_bench.api import hookimpl
bi_bench_models = hookimpl(lambda: [])
pathlib.Path(__file__).with_name('seen.json').write_text(json.dumps(dict(os.environ)))
"""
    (tmp_path / "spy.py").write_text(spy)
    (tmp_path / "smoke.toml").write_text(f'plugins = ["spy.py"]\n{SMOKE.read_text()}')
    file, store = tmp_path / "smoke.toml", tmp_path / "store"
    plan = json.loads(run("plan", file, "--store", store, "--json").stdout)
    key = next(s["key"] for s in plan["stage_list"] if s["kind"] == "problems")
    result = run(
        "stage", file, key, "--store", store, WORLD_SIZE="2", ACCELERATE_MIXED_PRECISION="bf16"
    )
    assert result.stdout.startswith("problems · "), result.stderr
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert {"WORLD_SIZE", "ACCELERATE_MIXED_PRECISION"} & set(seen) == set()
    assert (seen["OMP_NUM_THREADS"], seen["PYTHONHASHSEED"]) == ("1", "0")


def test_what_an_output_cannot_show_is_replaced() -> None:
    plan = [
        "plan",
        SMOKE,
        "--set",
        "matrix.strategies=['vanilla', {name='bridge', label='brücke'}]",
    ]
    shown = run(*plan, PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    wrong = run("plan", "no-brücke.toml", PYTHONIOENCODING="ascii")
    assert wrong.stderr == "error: no-br?cke.toml: no such file\n"


@pytest.mark.parametrize("arguments", [["plan", SMOKE], ["plugins"], ["--version"]])
def test_an_output_that_is_full_or_closed_is_no_traceback(arguments: list[object]) -> None:
    command = [sys.executable, "-m", "bi_bench", *map(str, arguments)]
    for place in (">/dev/full", ">&-", "| true"):
        shell = ["sh", "-c", f'exec "$@" {place}' if ">" in place else f'"$@" {place}', "sh"]
        result = subprocess.run([*shell, *command], capture_output=True, text=True)
        assert "Traceback" not in result.stderr
        assert "Exception" not in result.stderr


@pytest.mark.parametrize("path", ["n" * 300 + ".toml", "/dev/null/x.toml", str(ROOT)])
def test_a_path_that_can_be_no_suite_is_one_clear_message(path: str) -> None:
    result = run("plan", path)
    assert result.returncode == 2
    assert result.stderr.startswith(f"error: {path}: ")
    assert result.stderr.count("\n") == 1


def test_surroundings_that_no_run_survives_are_refused(
    tmp_path: Path,
) -> None:
    result = run("plan", SMOKE, "--store", os.fsdecode(b"b\xffd"))
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: 'b\\udcffd' is not UTF-8 in this locale; rename it")
    gone = tmp_path / "gone"
    gone.mkdir()
    script = [f"cd {gone}; rmdir {gone}; exec {sys.executable} -m bi_bench plan {SMOKE}"]
    result = subprocess.run(["sh", "-c", *script], capture_output=True, text=True)
    assert result.stderr == "error: the working folder no longer exists; change to another one\n"
    assert "error: PYTHONOPTIMIZE=2" in run("plan", SMOKE, PYTHONOPTIMIZE="2").stderr


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"bi-bench {version('bi-bench')}\n"


def test_sample_shows_plain_and_injected_demonstrations_as_json() -> None:
    common = ["sample", "igsm", "-n", "4", "--set", 'benchmark.tier="embedded"', "--json"]
    plain = [json.loads(line) for line in run(*common).stdout.splitlines()]
    arguments = [*common, "--strategy", "bridge", "--set", "strategy.analysis=4"]
    injected = [json.loads(line) for line in run(*arguments).stdout.splitlines()]
    assert len(plain) == len(injected) == 4
    for before, after in zip(plain, injected, strict=True):
        assert before["question"] == after["question"]
        assert set(before) == {
            "id",
            "question",
            "prompt",
            "answer",
            "solution",
            "spans",
            "graph",
            "metadata",
        }
        assert any(span["injected"] for span in after["spans"])
        assert len(after["solution"]) > len(before["solution"])


def test_sample_shows_the_rows_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "demos.jsonl"
    rows = [{"id": name, "prompt": "a", "completion": "b"} for name in ("one", "two", "three")]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = run(
        *["sample", "igsm", "-n", 2, "--strategy", "from-file", "--json"],
        *["--set", f"strategy.path={file}"],
    )
    assert [json.loads(line) for line in shown.stdout.splitlines()] == rows[:2]


def test_sample_colours_injected_steps_on_a_terminal() -> None:
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "bi_bench",
            "sample",
            "igsm",
            "--strategy",
            "bridge",
            "-n",
            "2",
            "--set",
            "strategy.analysis=4",
        ],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin", "FORCE_COLOR": "1"},
        check=True,
    )
    assert "\x1b[" in result.stdout


def test_plugins_lists_what_is_there() -> None:
    rows = json.loads(run("plugins", "--json").stdout)
    assert {row["kind"] for row in rows} == set(KINDS)
    assert all(row["status"] == "ok" for row in rows)


WRONG = """
print("loud")
from bi_bench.api import Draft, Plan, Step, Strategy, hookimpl

class Wrong(Strategy):
    '''Returns to what was never attempted.'''
    name = "wrong"
    def drafts(self, problem, plan, context):
        print("louder")
        steps = [Step("return", plan.steps[0].quantity, True), *plan.steps]
        return [Draft(plan=Plan(tuple(steps)))] if problem.id.endswith("1") else [Draft(plan=plan)]

@hookimpl
def bi_bench_strategies(): return [Wrong]
"""


def test_sample_verifies_as_run_does_and_prints_what_it_made_alone(tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(WRONG)
    asked = ("sample", "igsm", "--set", "benchmark.tier=embedded", "--plugin", file, "--json")
    result = run(*asked, "--strategy", "wrong")
    assert result.returncode == 2
    assert 'strategy "wrong" wrote a wrong step for problem ' in result.stderr
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["id"].endswith("0")
    assert "louder" in result.stderr
