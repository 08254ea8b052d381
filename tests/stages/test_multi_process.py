"""Two processes train as one does: real `accelerate launch`, on the CPU over gloo."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from safetensors.torch import load_file

from bi_bench.api import Algorithm, Benchmark, UserError
from bi_bench.artifacts.demonstrations import Demonstration, write_demonstrations
from bi_bench.artifacts.problems import write_problems
from bi_bench.plugins import discover
from bi_bench.stages.multi_process import launch_command
from bi_bench.stages.worker import run_stage
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny

BENCHMARK = {"tier": "embedded", "ops": (1, 2), "ops_ood": (3, 4)}
SFT = {
    "epochs": 2.0,
    "batch_size": 8,
    "micro_batch_size": 2,
    "learning_rate": 1e-3,
    "schedule": "cosine",
    "warmup": 0.1,
    "weight_decay": 0.01,
    "max_grad_norm": 1.0,
    "max_length": 128,
    "gradient_checkpointing": False,
    "loss_on": "response",
}


def identity(processes: int, **content: Any) -> dict[str, Any]:
    numerics = {"device": "cpu", "dtype": "float32", "threads": 1}
    together = {"processes": processes} if processes > 1 else {}
    return {**together, "numerics": numerics, "seed": 3, **content}


def sft_stage(processes: int) -> dict[str, Any]:
    return {"kind": "sft", "identity": identity(processes, settings=SFT), "plugin_files": []}


def rft_stage(processes: int) -> dict[str, Any]:
    registry = discover()
    params = {"steps": 2, "prompts": 4, "group": 4, "learning_rate": 1e-3}
    settings = {"temperature": 1.0, "max_new_tokens": 24, "batch_size": 64, "micro_batch_size": 4}
    content = {
        "benchmark": {**registry.get(Benchmark, "igsm").identity(), "params": BENCHMARK},
        "algorithm": {**registry.get(Algorithm, "grpo").identity(), "params": params},
        "settings": settings,
    }
    return {"kind": "rft", "identity": identity(processes, **content), "plugin_files": []}


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    """The shipped model, demonstrations of different lengths, and problems."""
    folders = {"base": Tiny().source().folder, "checkpoint": Tiny().source().folder}
    for role in ("augment", "problems"):
        folders[role] = tmp_path / role
        (tmp_path / role).mkdir()
    rows = [
        Demonstration(f"p{place}", f"p{place}", f"{name} 6 . ? {name}", "x 5 ; " * (1 + place % 3))
        for place, name in enumerate("abcdefghijklmnop")
    ]
    write_demonstrations(tmp_path / "augment", rows)
    source = IGSM(IGSMParameters.model_validate(BENCHMARK))
    write_problems(tmp_path / "problems", list(source.problems("rl", 8, random.Random(0))))
    return {role: Path(str(folder)) for role, folder in folders.items()}


def run(stage: dict[str, Any], inputs: dict[str, Path], folder: Path) -> Any:
    folder.mkdir()
    reports: list[dict[str, Any]] = []
    costs = run_stage(stage, inputs, folder, lambda **report: reports.append(report))
    return load_file(folder / "model.safetensors"), costs, reports


@pytest.mark.slow
@pytest.mark.parametrize("make", [sft_stage, rft_stage])
def test_two_processes_give_what_one_gives(make: Any, inputs: Any, tmp_path: Path) -> None:
    start = load_file(inputs["base"] / "model.safetensors")
    alone, costs, reports = run(make(1), inputs, tmp_path / "alone")
    shared, shared_costs, shared_reports = run(make(2), inputs, tmp_path / "shared")
    moved = torch.cat([(alone[name] - start[name]).flatten() for name in start])
    apart = torch.cat([(alone[name] - shared[name]).flatten() for name in start])
    assert moved.abs().max() > 1e-3
    # Sums in another order: AdamW's first steps turn rounding of tiny gradients into little moves.
    assert apart.norm() < 0.01 * moved.norm()
    assert shared_costs == costs
    assert [each["step"] for each in shared_reports] == [each["step"] for each in reports]
    assert sorted(p.name for p in (tmp_path / "shared").iterdir()) == sorted(
        p.name for p in (tmp_path / "alone").iterdir()
    )


@pytest.mark.slow
def test_what_the_user_can_mend_is_said_as_by_one_process(inputs: Any, tmp_path: Path) -> None:
    stage = sft_stage(2)
    stage["identity"]["settings"] = {**SFT, "max_length": 4}
    with pytest.raises(UserError, match=r"16 of 16 demonstrations \(p0: \d+ tokens"):
        run(stage, inputs, tmp_path / "failed")


def test_processes_end_with_the_launcher(tmp_path: Path) -> None:
    """The launcher gives them sessions of their own, so killing the stage's group misses them."""
    task = tmp_path / "task.json"
    # The pipe has no writer: each process waits in reading its task until it is killed.
    os.mkfifo(task)
    command = [*launch_command(2, "cpu", tmp_path), str(task)]
    # What `accelerate config` wrote for something else is not read.
    (tmp_path / "accelerate").mkdir()
    (tmp_path / "accelerate" / "default_config.yaml").write_text("nonsense: 1\n")
    surroundings = {**os.environ, "HF_HOME": str(tmp_path)}
    launcher = subprocess.Popen(
        command, env=surroundings, start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        processes = _descendants(launcher.pid, 2)
    finally:
        launcher.kill()
        launcher.wait()
    _, left = psutil.wait_procs(processes, timeout=20)
    for process in left:
        process.kill()
    assert not left


def _descendants(pid: int, wanted: int) -> list[psutil.Process]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = [
            each
            for each in psutil.Process(pid).children(recursive=True)
            if "bi_bench.stages.multi_process" in " ".join(each.cmdline())
        ]
        if len(found) == wanted:
            time.sleep(3)  # until their watchers run
            return found
        time.sleep(0.2)
    raise AssertionError(f"the launcher did not start {wanted} processes")
