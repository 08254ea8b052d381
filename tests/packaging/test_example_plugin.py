from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "plugins" / "example-strategy"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the example was installed into, by pip and without any index."""
    source = tmp_path_factory.mktemp("source") / "example"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    target = ["--no-index", "--disable-pip-version-check", "--target", str(folder), str(source)]
    result = subprocess.run([*pip, *target], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder


def python(installed: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    # The search path must not begin with a folder that holds the example's source.
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_wheel_holds_the_module_and_nothing_else(installed: Path) -> None:
    names = {path.name for path in installed.iterdir()} - {"__pycache__"}
    assert names == {"bi_bench_repeat.py", "bi_bench_repeat-0.1.0.dist-info"}


def test_the_installed_strategy_is_listed_with_its_distribution(installed: Path) -> None:
    result = python(installed, "bi_bench", "plugins", "--json")
    assert result.returncode == 0, result.stderr
    (row,) = [row for row in json.loads(result.stdout) if row["name"] == "repeat"]
    assert (row["kind"], row["from"], row["status"]) == (
        "strategies",
        "bi-bench-repeat 0.1.0",
        "ok",
    )


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_the_installed_strategy_makes_demonstrations(installed: Path, tier: str) -> None:
    common = ["bi_bench", "sample", "igsm", "--json", "--set", f"benchmark.tier={tier}"]
    common += ["--set", "benchmark.ops=[3, 4]", "-n", "2"]
    plain = python(installed, *common)
    repeated = python(installed, *common, "--strategy", "repeat", "--set", "strategy.share=1")
    assert repeated.returncode == 0, repeated.stderr
    lines = zip(plain.stdout.splitlines(), repeated.stdout.splitlines(), strict=True)
    for before, after in ((json.loads(one), json.loads(other)) for one, other in lines):
        assert before["prompt"] == after["prompt"]
        assert len(after["spans"]) == 2 * len(before["spans"]) > 0
        assert sum(span["injected"] for span in after["spans"]) == len(before["spans"])


def test_the_tests_of_the_installed_example_pass(installed: Path, tmp_path: Path) -> None:
    for name in ("test_bi_bench_repeat.py", "pyproject.toml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    result = python(installed, "pytest", "-q", "-p", "no:cacheprovider", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_example_fits_on_one_page() -> None:
    assert len((EXAMPLE / "bi_bench_repeat.py").read_text().splitlines()) <= 40
