"""What the tests that run lm-eval share: an exported task, and bi_bench's own evaluation of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bi_bench.artifacts.tables import read_rows
from bi_bench.plan import Stage, plan_suite
from bi_bench.stages.worker import run_stage
from bi_bench.suite import load_suite

ROOT = Path(__file__).parents[3]
SMOKE = ROOT / "suites" / "smoke.toml"
TASK = "bi_bench_igsm_test_ood"
PROBLEMS = 40

Run = Callable[..., subprocess.CompletedProcess[str]]


class Evaluation(NamedTuple):
    """The folder of an evaluate stage, read: outcomes, and the greedy rows in order."""

    outcomes: dict[str, Any]
    rows: list[dict[str, Any]]


@pytest.fixture(scope="session")
def offline() -> Run:
    """Runs Python in a process of its own that must not use the network."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=400, env=environment)

    return run


@pytest.fixture(scope="session")
def checkpoint() -> Path:
    """The folder of the embedded model."""
    source = load_suite(SMOKE).axes.models[0].plugin.source()
    assert source.folder is not None
    return Path(source.folder)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory, offline: Run) -> Path:
    """The problems that the smoke suite evaluates out of distribution, as a task of lm-eval."""
    folder = tmp_path_factory.mktemp("exported") / "task"
    overrides = ("tier=embedded", "ops=[2,3]", "ops_ood=[4,5]", "redundant=2")
    arguments = [
        "-m",
        "bi_bench",
        "export",
        "lm-eval",
        "igsm",
        "-n",
        PROBLEMS,
        "--split",
        "test-ood",
    ]
    result = offline(
        *arguments, "--out", folder, *(f"--set=benchmark.{each}" for each in overrides)
    )
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture(scope="session")
def evaluate(
    tmp_path_factory: pytest.TempPathFactory, checkpoint: Path
) -> Callable[..., Evaluation]:
    """Runs the stages problems and evaluate of a role of the smoke suite on the embedded model."""

    def run(role: str, *overrides: str) -> Evaluation:
        settings = ["defaults.evaluate.samples=0", f"defaults.data.test={PROBLEMS}"]
        device = ['defaults.numerics.device="cpu"', 'defaults.numerics.dtype="float32"']
        plan = plan_suite(load_suite(SMOKE, [*settings, *device, *overrides]))
        keys, folder = plan.cells[0].stages, tmp_path_factory.mktemp("stages")
        by_key: dict[str, Stage] = {stage.key: stage for stage in plan.stages}
        inputs: dict[str, Path] = {}
        for name in (role.replace("pre/", "problems/", 1), role):
            target = folder / name.replace("/", "_")
            target.mkdir()
            run_stage(by_key[keys[name]].to_json(), inputs, target, lambda **_: None)
            inputs = {"checkpoint": checkpoint, "problems": target}
        outcomes = json.loads((target / "outcomes.json").read_text())
        return Evaluation(outcomes, read_rows(target / "samples.parquet"))

    return run


@pytest.fixture(scope="session")
def own(evaluate: Callable[..., Evaluation]) -> Evaluation:
    """bi_bench's evaluation of the exported problems."""
    return evaluate("pre/test-ood")
