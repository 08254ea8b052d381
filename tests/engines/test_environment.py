from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bi_bench.engines.environment import worker_environment
from bi_bench.store import Store
from tests.engines.conftest import Command, MakeStage, RunStages, Survivors

# What launchers, cluster images and shells set, and torch, accelerate and their libraries obey.
FOREIGN = """
    WORLD_SIZE RANK LOCAL_RANK LOCAL_WORLD_SIZE NODE_RANK GROUP_RANK MASTER_ADDR MASTER_PORT
    TORCHELASTIC_RUN_ID OMPI_COMM_WORLD_SIZE PMI_RANK MV2_COMM_WORLD_LOCAL_RANK FORK_LAUNCHED
    ACCELERATE_MIXED_PRECISION ACCELERATE_DYNAMO_BACKEND ACCELERATE_USE_DEEPSPEED ACCELERATE_USE_CPU
    ACCELERATE_GRADIENT_ACCUMULATION_STEPS FSDP_VERSION MEGATRON_LM_TP_DEGREE FP8_BACKEND
    PARALLELISM_CONFIG_TP_SIZE TORCHDYNAMO_DISABLE TORCHINDUCTOR_FREEZING TORCH_COMPILE_DISABLE
    TORCH_ALLOW_TF32_CUBLAS_OVERRIDE NVIDIA_TF32_OVERRIDE CUBLAS_WORKSPACE_CONFIG XLA_USE_BF16
    USE_HUB_KERNELS USE_TORCH_XLA OMP_DYNAMIC OMP_THREAD_LIMIT MKL_CBWR OPENBLAS_NUM_THREADS
    DNNL_DEFAULT_FPMATH_MODE ONEDNN_MAX_CPU_ISA ATEN_CPU_CAPABILITY PYTHONIOENCODING
"""
KEPT = """
    PATH HOME TMPDIR LD_LIBRARY_PATH HF_HOME HF_HUB_OFFLINE HF_TOKEN HF_ENDPOINT HTTPS_PROXY
    NCCL_SOCKET_IFNAME TORCH_NCCL_ASYNC_ERROR_HANDLING TORCH_HOME TORCHINDUCTOR_CACHE_DIR
    PYTORCH_CUDA_ALLOC_CONF TRITON_CACHE_DIR WANDB_PROJECT VLLM_CPU_KVCACHE_SPACE
    SLURM_JOB_ID CUDA_VISIBLE_DEVICES RANKING MY_WORLD_SIZE
"""


def test_variables_that_affect_results_are_removed_and_locations_are_kept() -> None:
    found = worker_environment(dict.fromkeys([*FOREIGN.split(), *KEPT.split()], "1"), threads=3)
    assert [name for name in FOREIGN.split() if name in found] == []
    assert [name for name in KEPT.split() if name not in found] == []
    assert (found["OMP_NUM_THREADS"], found["MKL_NUM_THREADS"]) == ("3", "3")
    assert found["PYTHONHASHSEED"] == "0"
    assert worker_environment(found, threads=3) == found


def test_a_worker_sees_no_foreign_variables_and_this_process_keeps_them(
    monkeypatch: pytest.MonkeyPatch, store: Store, stage: MakeStage, run: RunStages
) -> None:
    for name in FOREIGN.split():
        monkeypatch.setenv(name, "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    first = stage("first", do="environment", numerics={"threads": 2})
    assert run([first])[0] == {"first": "finished"}
    seen = json.loads((store.folder(first.key) / "environment.json").read_text())
    assert [name for name in FOREIGN.split() if name in seen] == []
    assert (seen["OMP_NUM_THREADS"], seen["PYTHONHASHSEED"]) == ("2", "0")
    assert [name for name in FOREIGN.split() if os.environ.get(name) != "2"] == []
    assert os.environ["OMP_NUM_THREADS"] == "7"


@pytest.mark.parametrize("kind", ["long", "missing"])
def test_a_temporary_folder_unusable_for_sockets_is_replaced(
    command: Command,
    surroundings: dict[str, str],
    stage: MakeStage,
    survivors: Survivors,
    tmp_path: Path,
    kind: str,
) -> None:
    folder = tmp_path / ("x" * 60) / ("y" * 60)
    if kind == "long":
        folder.mkdir(parents=True)
    done = subprocess.run(
        command([stage("a")]),
        env=surroundings | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.endswith('["finished"]\n')


def test_no_temporary_folder_at_all_is_an_error_that_names_the_variable() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"  # no file can grow
        "from bi_bench.engines.environment import make_room_for_sockets\n"
        "make_room_for_sockets()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "UserError: No usable temporary directory" in done.stderr
    assert done.stderr.endswith("set TMPDIR to a folder that can be written\n")
