"""What no machine could run is an error of the plan; what this one lacks is said, and stops a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.api.versions import library_versions
from bi_bench.plan import StageGraph, plan_suite
from bi_bench.plan.checks.machine import lacking, missing_trackers, shared_server
from bi_bench.suite import load_suite

SUITE = """
name = "reference"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3], ops_ood = [4, 5] }]
models = [{ name = "hub", id = "some/model", revision = "abc" }]
strategies = ["vanilla"]
algorithms = ["grpo"]
seeds = [0]
[defaults.numerics]
device = "cuda"
dtype = "bfloat16"
"""
VLLM = "defaults.rollouts.engine=vllm"
TWO = "defaults.numerics.processes=2"
without_vllm = pytest.mark.skipif(
    library_versions(("vllm",))["vllm"] != "absent", reason="vLLM is installed here"
)


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "reference.toml"
    file.write_text(SUITE)
    return file


def planned(file: Path, *overrides: str) -> StageGraph:
    return plan_suite(load_suite(file, overrides))


def keys(plan: StageGraph, kind: str) -> set[str]:
    return {stage.key for stage in plan.stages if stage.kind == kind}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ((VLLM, "defaults.numerics.device=cpu"), '"vllm" needs a GPU, but .*device is cpu; set it'),
        ((VLLM, 'matrix.algorithms=["expert-iteration"]'), "expert-iteration draws its rollouts"),
        ((TWO, 'matrix.algorithms=["expert-iteration"]'), "runs in one process"),
        ((TWO, 'matrix.algorithms=["dapo"]'), "dapo resamples groups over the whole batch"),
        (
            (TWO, "matrix.algorithms=[{name='grpo',prompts=5}]"),
            "5 prompts per step cannot be shared by 2",
        ),
        (
            (TWO, "matrix.algorithms=[{name='grpo',prompts=2,group=5,minibatches=2}]"),
            "5 rollouts a process cannot be divided into 2 minibatches",
        ),
        ((TWO, "defaults.match_rft=generated_tokens"), "match_rft = .* is for one process"),
        ((TWO, "defaults.sft.batch_size=3"), "batch_size = 3 is not a multiple of .*processes = 2"),
    ],
)
def test_settings_that_no_machine_can_run_are_errors_of_the_plan(
    suite_file: Path, overrides: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        planned(suite_file, *overrides)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "defaults.rollouts.top_p=0.9",
            "top_p is not supported: .* importance ratio would be biased",
        ),
        ("defaults.rollouts.top_k=20", "top_k is not supported"),
        ("defaults.rollouts.min_p=0.1", "min_p is not supported"),
        ("defaults.rollouts.engine=vlm", 'defaults.rollouts.engine: .*did you mean "vllm"'),
        (
            "defaults.rollouts.vllm.mode=server",
            'mode = "server" and server_url must be set together',
        ),
        (
            "defaults.rollouts.vllm.server_url=x",
            'mode = "server" and server_url must be set together',
        ),
        ("defaults.rollouts.vllm.memory=1.0", "defaults.rollouts.vllm.memory: .*less than 1"),
    ],
)
def test_wrong_engines_and_truncated_sampling_are_errors_of_the_suite(
    suite_file: Path, override: str, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        load_suite(suite_file, [override])


def test_the_engine_is_in_the_keys_of_sampling_stages_only_if_it_is_set(
    suite_file: Path,
) -> None:
    plain, vllm = planned(suite_file), planned(suite_file, VLLM)
    for kind in ("probe", "rft", "evaluate"):
        assert not keys(plain, kind) & keys(vllm, kind), kind
    for kind in ("base", "problems", "augment", "sft"):
        assert keys(plain, kind) == keys(vllm, kind), kind
    assert planned(suite_file, "defaults.rollouts.engine=sampler").stages == plain.stages
    memory = planned(suite_file, VLLM, "defaults.rollouts.vllm.memory=0.5")
    assert keys(memory, "rft") == keys(vllm, "rft")
    (stage,) = (stage for stage in memory.stages if stage.kind == "rft")
    assert stage.unkeyed["vllm"] == {"mode": "colocate", "memory": 0.5, "server_url": ""}
    assert "vllm" in stage.identity["libraries"]
    url = "http://somewhere:8000"
    table = f"defaults.rollouts.vllm={{mode='server',server_url='{url}'}}"
    server = planned(suite_file, VLLM, table)
    assert keys(server, "rft") != keys(vllm, "rft")
    assert keys(server, "evaluate") != keys(vllm, "evaluate")  # of another checkpoint
    assert url not in json.dumps([stage.identity for stage in server.stages])


def test_several_processes_take_as_many_gpus_where_they_train(suite_file: Path) -> None:
    def gpus(plan: StageGraph) -> dict[str, int]:
        return {stage.kind: stage.resources.gpus for stage in plan.stages}

    one, two = planned(suite_file), planned(suite_file, TWO, "defaults.numerics.threads=3")
    assert gpus(one)["sft"] == gpus(one)["rft"] == 1
    assert gpus(two)["sft"] == gpus(two)["rft"] == 2
    assert gpus(two)["probe"] == gpus(two)["evaluate"] == 1
    assert {stage.resources.cpus for stage in two.stages if stage.kind == "sft"} == {6}
    same = planned(suite_file, "defaults.numerics.processes=1")
    assert same.stages == one.stages
    assert keys(planned(suite_file, TWO), "sft") != keys(one, "sft")


def test_two_stages_at_a_time_cannot_share_a_server(suite_file: Path, tmp_path: Path) -> None:
    table = "defaults.rollouts.vllm={mode='server',server_url='http://somewhere:8000'}"
    suite = load_suite(suite_file, [VLLM, table])
    assert not shared_server(suite, 1)
    assert "one server at http://somewhere:8000; run with --gpus 1" in shared_server(suite, 2)
    assert not shared_server(load_suite(suite_file, [VLLM, table, TWO]), 3)
    assert not shared_server(load_suite(suite_file, [VLLM]), 8)
    run = command(
        "run", suite_file, "--set", VLLM, "--set", table, "--gpus", 2, "--store", tmp_path
    )
    assert run.returncode == 2
    assert "run with --gpus 1" in run.stderr


def command(*arguments: Any) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "bi_bench", *map(str, arguments)]
    return subprocess.run(whole, capture_output=True, text=True)


@without_vllm
def test_a_missing_vllm_is_a_warning_of_plan_and_an_error_of_run(
    suite_file: Path, tmp_path: Path
) -> None:
    assert not lacking(load_suite(suite_file))
    where = ("--set", VLLM, "--store", tmp_path / "store")
    plan = command("plan", suite_file, *where)
    assert plan.returncode == 0, plan.stderr
    assert "vLLM is not installed here: pip install 'bi-bench[vllm]'" in plan.stdout
    run = command("run", suite_file, *where)
    assert run.returncode == 2
    assert "vLLM is not installed here: pip install 'bi-bench[vllm]'" in run.stderr
    assert not list((tmp_path / "store").glob("stages/*"))


def test_trackers_are_in_no_key_and_a_missing_one_is_a_warning(
    suite_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = plan_suite(load_suite(suite_file))
    suite = load_suite(suite_file, ['defaults.tracking.report_to=["wandb","tensorboard"]'])
    watched = plan_suite(suite)
    assert [stage.key for stage in watched.stages] == [stage.key for stage in plain.stages]
    told = {stage.kind for stage in watched.stages if "tracking" in stage.unkeyed}
    assert told == {"sft", "rft"}
    assert not any("tracking" in stage.unkeyed for stage in plain.stages)
    monkeypatch.setattr(
        "bi_bench.plan.checks.machine.library_versions",
        lambda names: {name: "absent" if name == "wandb" else "1" for name in names},
    )
    (line,) = missing_trackers(suite)
    assert 'pip install "bi-bench[wandb]"' in line
    with pytest.raises(UserError, match=r"defaults\.tracking\.report_to"):
        load_suite(suite_file, ['defaults.tracking.report_to=["tensorbord"]'])
