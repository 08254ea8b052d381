"""The verbs over results, on a suite that was really run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.batch import run_all
from tests.integration.conftest import Run

STRICT = '''
from dataclasses import replace
from bi_bench.api import hookimpl
from bi_bench_plugins.benchmarks.igsm import IGSM

class Strict(IGSM):
    """Right answers by a right derivation alone."""
    name = "igsm-strict"
    def grade(self, problem, completion):
        grade = super().grade(problem, completion)
        return replace(grade, correct=bool(grade.derivation))

@hookimpl
def bi_bench_benchmarks():
    return [Strict]
'''
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def light(smoke: subprocess.CompletedProcess[str], store: Path) -> Run:
    """Runs a verb on the store and checks that nothing heavy was imported."""
    assert smoke.returncode == 0, smoke.stderr
    code = (
        "import sys; from bi_bench.cli import main\n"
        "try: main()\n"
        "finally: print(sorted({'torch', 'transformers', 'trl'} & set(sys.modules)), file=sys.stderr)"
    )

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *map(str, arguments), "--store", str(store)]
        surroundings = {**os.environ, **environment}
        result = subprocess.run(
            command, env=surroundings, capture_output=True, text=True, timeout=300
        )
        assert "[]" in result.stderr, result.stderr
        return result

    return run


def test_an_ascii_locale_does_not_change_json(light: Run) -> None:
    ascii = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    plain, changed = light("report", "smoke", "--json"), light("report", "smoke", "--json", **ascii)
    assert changed.returncode == 0, changed.stderr
    assert json.loads(changed.stdout) == json.loads(plain.stdout)


def outcomes(store: Path, key: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((store / "stages" / key / "outcomes.json").read_text())
    return read


def test_the_same_grader_gives_the_same_verdicts(light: Run, store: Path) -> None:
    result = light("regrade", "smoke", "--json", "--save", "again")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["rows"]
    assert found["examples"] == []
    for row in found["rows"]:
        assert (row["to_right"], row["to_wrong"], row["parsing"]) == (0, 0, 0)
        assert all(old == new for old, new in row["scores"].values())
    (old,) = (json.loads(f.read_text()) for f in (store / "runs").glob("smoke-*/run.json"))
    new = json.loads((store / "runs" / "again" / "run.json").read_text())
    seen = 0
    for cell, other in zip(old["cells"], new["cells"], strict=True):
        for role, key in other["stages"].items():
            if role.startswith(("pre/", "post/")):
                assert key != cell["stages"][role]
                mine, theirs = outcomes(store, key), outcomes(store, cell["stages"][role])
                for name in ("parsed", "majority"):
                    theirs.pop(name, None)
                assert mine == theirs
                seen += 1
            else:
                assert key == cell["stages"][role]
    assert seen
    assert "refused" not in light("report", "again").stdout


def test_another_grader_changes_grades_and_is_never_compared_with_the_first(
    light: Run, tmp_path: Path
) -> None:
    plugin = tmp_path / "strict.py"
    plugin.write_text(STRICT)
    grader = ["--plugin", plugin, "--grader", "igsm-strict"]
    result = light("regrade", "smoke", *grader, "--save", "strict", "-n", 1)
    assert result.returncode == 0, result.stderr
    assert "grades changed" in result.stdout
    assert ", right → " in result.stdout
    assert light("report", "strict").returncode == 0
    refused = light("compare", "smoke", "strict")
    assert refused.returncode == 2
    assert "benchmark.distribution differ" in " ".join(refused.stdout.split())
    assert 'a run "strict" exists' in light("regrade", "smoke", "--save", "strict").stderr
    both = light("report", "smoke", "strict", "--out", tmp_path / "both")
    assert both.returncode == 0, both.stderr
    assert "(strict)" in (tmp_path / "both" / "report.md").read_text()


def test_samples_are_filtered_by_outcome(light: Run) -> None:
    everything = light("samples", "smoke", "-n", 0, "--arm", "bridge")
    total = int(everything.stdout.split()[2])
    assert everything.stdout.startswith(f"{total} of {total} answers match")
    counts = []
    for option in ("--right", "--wrong", "--unparsed"):
        counts.append(
            int(light("samples", "smoke", "-n", 0, "--arm", "bridge", option).stdout.split()[0])
        )
    assert counts[0] + counts[1] == total
    assert counts[2] <= counts[1]
    lines = light("samples", "smoke", "--flipped", "broken", "--json", "-n", 50).stdout.splitlines()
    for row in map(json.loads, lines[1:]):
        assert row["before"]["correct"]
        assert not row["after"]["correct"]
    one = light("samples", "smoke", "--problem", "000000", "--arm", "vanilla", "-n", 1).stdout
    assert "reference answer: " in one
    assert "before (greedy): " in one
    probe = json.loads(
        light("samples", "smoke", "--when", "probe", "--json", "-n", 1).stdout.splitlines()[1]
    )
    assert probe["rollout"]["temperature"] == 1.0


MISTAKES: list[tuple[list[str], str]] = [
    (["samples", "smoke", "--flipped", "fixd"], 'did you mean "fixed"'),
    (["samples", "smoke", "--behaviour", "atempt"], 'did you mean "attempt"'),
    (["samples", "smoke", "--split", "test_id"], 'did you mean "test-id"'),
    (["samples", "smoke", "--arm", "brigde"], 'did you mean "bridge"'),
    (["samples", "smoke", "--seed", "77"], "no seed 77"),
    (["samples", "smoke", "--problem", "77"], 'no problem "77" is in'),
    (["regrade", "smoke", "--grader", "igms"], 'did you mean "igsm"'),
    (["regrade", "smoke", "--benchmark", "gsm8k"], "nothing to grade"),
    (["regrade", "smoke", "--set", "benchmark.tire=1"], 'did you mean "tier"'),
    (["compare", "smoke:bridge", "smoke"], "not one of each"),
    (["compare", "smoke:bridge", "smoke:bridge"], "given twice"),
    (["report", "smoke", "--out", "x"], "--out: the report of one run"),
]


@pytest.fixture(scope="module")
def mistaken(
    smoke: subprocess.CompletedProcess[str], store: Path
) -> list[subprocess.CompletedProcess[str]]:
    assert smoke.returncode == 0, smoke.stderr
    return run_all([arguments for arguments, _ in MISTAKES], "--store", store)


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_mistakes_are_one_clear_message(
    mistaken: list[subprocess.CompletedProcess[str]], number: int
) -> None:
    assert mistaken[number].returncode == 2
    assert MISTAKES[number][1] in mistaken[number].stderr
    assert "Traceback" not in mistaken[number].stderr
