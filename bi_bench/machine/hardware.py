"""This machine: its CPUs, memory, disk and GPUs, and how much of them a command may use."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bi_bench.machine.cpu import instructions


def cpu_threads(workers: int, threads: int) -> int:
    """CPU threads to lease: enough for ``workers`` stages of ``threads`` each; 0 means all CPUs."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return workers * threads if workers else max(threads, available or 1)


def gpu_count(asked: int) -> int:
    """GPUs to lease out; -1 means all whose device files the driver shows."""
    return len(list(Path("/dev").glob("nvidia[0-9]*"))) if asked < 0 else asked


def stages_at_a_time(cpus: int, gpus: int, threads: int, device: str) -> int:
    """The number of stages that run at once with so many threads each; on CUDA one a GPU."""
    return max(1, (min(cpus, gpus) if device == "cuda" else cpus) // threads)


def kind_of_machine() -> dict[str, str]:
    """The kind of machine, for the run record: what a result may depend on, and no names."""
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8", errors="replace") if info.is_file() else ""
    found = re.search(r"^model name\s*: (.+)$", text, re.M)
    gpus = [f"{name} {memory:g} GB" if memory else name for name, memory in _gpus()]
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": found[1].strip() if found else platform.processor() or "unknown",
        "instructions": instructions(),
        "cores": str(cpu_threads(0, 1)),
        "gpus": ", ".join(gpus) or "none",
    }


@dataclass(frozen=True, slots=True)
class Machine:
    """Hardware, Python and torch. Memory and disk in GB (10^9 bytes), that of a GPU 0 if unknown."""

    python: str
    cores: int
    memory_gb: float
    disk_free_gb: float
    disk_writable: bool
    gpus: tuple[tuple[str, float], ...]
    torch_cuda: str


def look(store: Path) -> Machine:
    """This machine; ``store`` is where results would go. Imports neither torch nor CUDA."""
    import psutil

    place = store.absolute()
    while not place.exists():
        place = place.parent
    limit = Path("/sys/fs/cgroup/memory.max")  # what a container may use of the machine's memory
    text = limit.read_text(encoding="ascii").strip() if limit.is_file() else ""
    memory = psutil.virtual_memory().total
    return Machine(
        python=platform.python_version(),
        cores=cpu_threads(0, 1),
        memory_gb=round(min(memory, int(text)) / 1e9 if text.isdigit() else memory / 1e9, 1),
        disk_free_gb=round(shutil.disk_usage(place).free / 1e9, 1),
        disk_writable=os.access(place, os.W_OK),
        gpus=_gpus(),
        torch_cuda=torch_cuda(),
    )


def _gpus() -> tuple[tuple[str, float], ...]:
    unknown = (("NVIDIA GPU", 0.0),) * gpu_count(-1)
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        text = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return unknown
    return parse_gpus(text) or unknown


def parse_gpus(text: str) -> tuple[tuple[str, float], ...]:
    """Names and memory in GB from what nvidia-smi prints, "NAME, MIB" a line."""
    rows = [line.rpartition(",") for line in text.splitlines() if "," in line]
    return tuple(
        (name.strip(), round(int(mib) * 2**20 / 1e9, 1) if mib.strip().isdigit() else 0.0)
        for name, _, mib in rows
    )


def torch_cuda() -> str:
    """The CUDA version that torch is built for, read from its files; empty for none or no torch."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    file = Path(spec.origin).with_name("version.py")
    found = (
        re.search(r"^cuda\b[^=]*= '([\d.]+)'", file.read_text(), re.M) if file.exists() else None
    )
    return found[1] if found else ""
