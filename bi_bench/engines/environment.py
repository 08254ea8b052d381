"""The environment of a worker: whatever decides a result is in the content key, or set here.

Launchers, cluster images and shells leave variables behind that torch, accelerate and their
libraries obey: a world to join, a precision, a compiler, a number of threads. A worker sees none of
them, only variables that locate things (caches, hosts, tokens, network interfaces).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from multiprocessing import util

from bi_bench.api.errors import UserError

_FOREIGN = re.compile(
    # The process group that another launcher opened.
    r"WORLD_SIZE|RANK|(LOCAL|NODE|GROUP|ROLE|CROSS)_(RANK|WORLD_SIZE)|ROLE_NAME|LOCAL_SIZE|NPROC"
    r"|MASTER_(ADDR|PORT)|(TORCHELASTIC|OMPI_COMM|PMIX?|MV2_COMM|SM|SMDATAPARALLEL)_.*"
    r"|MPI_LOCAL.*|FORK_LAUNCHED"
    # How models are trained: precision, compiler, sharding, device, kernels of the hub.
    r"|(ACCELERATE|FSDP|DEEPSPEED|MEGATRON_LM|PARALLELISM_CONFIG|FP8)_.*|DS_ACCELERATOR"
    r"|(TORCH|TORCHDYNAMO|TORCHINDUCTOR|PYTORCH|TRITON|XLA|PJRT|TPU|PT_HPU)_.*|USE_(HUB_KERNELS|TORCH\w*|TF|FLAX|JAX)"
    # Arithmetic: threads, reduced precision, instruction sets.
    r"|(OMP|GOMP|MKL|OPENBLAS|GOTO|BLIS|VECLIB|NUMEXPR|DNNL|ONEDNN|ATEN|CUBLAS|CUBLASLT|CUDNN)_.*"
    r"|NVIDIA_TF32_OVERRIDE"
    r"|PYTHONIOENCODING"
)
# Of these families, variables that locate files or set how memory is allocated and what is logged.
_HARMLESS = re.compile(r".*_(DIR|HOME|PATH|CACHE|ALLOC_CONF|LOGS|ARCH_LIST)|TORCH_NCCL_.*")

_LONGEST = 70  # bytes: a socket's path may have 103, and multiprocessing appends 32


def worker_environment(environment: Mapping[str, str], threads: int) -> dict[str, str]:
    """``environment`` as a worker may see it, from the start of its interpreter on."""
    kept = {
        name: value
        for name, value in environment.items()
        if not _FOREIGN.fullmatch(name) or _HARMLESS.fullmatch(name)
    }
    return kept | {
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "TOKENIZERS_PARALLELISM": "false",
        # The order of a set of strings must not differ from run to run.
        "PYTHONHASHSEED": "0",
        # Asking whether there is a GPU must not open CUDA: a fork could not use it any more.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }


def make_room_for_sockets() -> None:
    """Make multiprocessing put its sockets where their path is short enough.

    UserError that names TMPDIR where no folder can be written.
    """
    try:
        usual = tempfile.gettempdir()
    except OSError as error:
        raise UserError(f"{error.strerror}; set TMPDIR to a folder that can be written") from None
    if len(os.fsencode(usual)) <= _LONGEST:
        return
    for short in ("/tmp", "/var/tmp"):
        if os.access(short, os.W_OK | os.X_OK):
            tempfile.tempdir = short
            try:
                util.get_temp_dir()  # makes the folder once, for all sockets of this process
            finally:
                tempfile.tempdir = usual
            return
    raise UserError(
        f"TMPDIR ({usual}) is too long for the path of a socket; set it to a folder of at most "
        f"{_LONGEST} characters"
    )
