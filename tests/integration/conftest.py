from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "suites" / "smoke.toml"
# The same stages as the smoke suite, on fewer problems and steps.
SMALLER = {
    "sft = 200": "sft = 96",
    "rl = 64": "rl = 8",
    "probe = 16": "probe = 8",
    "test = 40": "test = 16",
    "steps = 4, prompts = 8": "steps = 2, prompts = 4",
    "batch_size = 32": "batch_size = 16",
    "samples = 8": "samples = 4",
}
Run = Callable[..., subprocess.CompletedProcess[str]]
Columns = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def bi_bench() -> Run:
    """Runs the command line in a process of its own, as a person would."""

    def run(*arguments: object, timeout: float = 400) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bi_bench", *map(str, arguments)]
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
        return subprocess.run(
            command, capture_output=True, text=True, timeout=timeout, env=environment
        )

    return run


@pytest.fixture(scope="session")
def columns() -> Columns:
    """Reads the rows of a run's report, without measured costs."""

    def read(store: Path, name: str = "smoke") -> list[dict[str, Any]]:
        (file,) = (store / "runs").glob(f"{name}-*/report.json")
        measured = ("minutes", "seconds", "memory", "wall")
        return [
            {key: value for key, value in row.items() if not any(m in key for m in measured)}
            for row in json.loads(file.read_text())["rows"]
        ]

    return read


@pytest.fixture(scope="session")
def smoke_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The suite that tests run: the smoke suite with smaller numbers."""
    text = SMOKE.read_text()
    for large, small in SMALLER.items():
        assert text.count(large) == 1
        text = text.replace(large, small)
    file = tmp_path_factory.mktemp("suite") / "smoke.toml"
    file.write_text(text)
    return file


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all integration tests: stages they share are made once."""
    return tmp_path_factory.mktemp("integration") / "store"


@pytest.fixture(scope="session")
def smoke(bi_bench: Run, smoke_file: Path, store: Path) -> subprocess.CompletedProcess[str]:
    """The smoke suite, carried out for real."""
    return bi_bench("run", smoke_file, "--store", store)
