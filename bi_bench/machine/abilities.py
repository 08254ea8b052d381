"""Findings about a machine, and what it can run: from the smallest suites to vLLM."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bi_bench.machine.hardware import Machine
from bi_bench.machine.packages import Package

PROCESS_GB = 0.6  # a stage of the embedded model, and as much for the server that stages fork from
BYTES_A_PARAMETER = 16  # float32 weights and gradients, and two moments of AdamW
ROOM = 0.7  # the share of memory that these may take; the rest is for activations and answers
LOW_DISK_GB, NO_DISK_GB = 5.0, 0.2


class Finding(NamedTuple):
    """Something that is wrong: ``stops`` says whether nothing can be run before it is mended."""

    stops: bool
    message: str
    mend: str


class Ability(NamedTuple):
    """Something that this machine can or cannot run, and why, or how much of it."""

    what: str
    possible: bool
    why: str


def findings(machine: Machine, packages: Sequence[Package], known: bool) -> Iterator[Finding]:
    """What is wrong; ``known`` says whether bi_bench is an installed package at all."""
    if not known:
        yield Finding(True, "bi-bench is not installed, so no plugin is found", "pip install -e .")
    if tuple(map(int, machine.python.split(".")[:2])) < (3, 11):
        yield Finding(True, f"Python {machine.python} is too old", "install Python 3.11 or newer")
    for package in packages:
        if package.status == "missing":
            yield Finding(True, f"{package.name} is not installed", package.mend)
        elif package.status == "clash":
            why = f" ({package.reason})" if package.reason else ""
            text = f"{package.name} {package.installed} is not {package.wanted}{why}"
            yield Finding(False, text, package.mend)
    if not machine.disk_writable or machine.disk_free_gb < NO_DISK_GB:
        yield Finding(True, "the store cannot be written", "name another folder with --store")
    elif machine.disk_free_gb < LOW_DISK_GB:
        yield Finding(False, f"only {machine.disk_free_gb:g} GB of disk are free", "bi-bench gc")
    if machine.gpus and not machine.torch_cuda:
        text = "there is a GPU, but torch is missing or built for the CPU alone"
        yield Finding(False, text, "install a CUDA build of torch")


def abilities(
    machine: Machine, packages: Sequence[Package], found: Sequence[Finding]
) -> Iterator[Ability]:
    """What can be run, from the smallest suites to vLLM."""
    if stopped := next((finding.message for finding in found if finding.stops), ""):
        yield Ability("anything", False, stopped)
        return
    stages = min(machine.cores, int(machine.memory_gb / PROCESS_GB) - 1)
    why = f"{stages} stages at a time" if stages > 0 else "not enough memory"
    yield Ability("suites of the embedded model (smoke, math)", stages > 0, why)
    fits = f"training of up to {_billions(machine.memory_gb)} parameters fits, slowly"
    yield Ability("hub models on the CPU", True, fits)
    if not machine.gpus or not machine.torch_cuda:
        why = "torch sees no CUDA" if machine.gpus else "no GPU"
        yield Ability("hub models on a GPU", False, why)
    else:
        memory = min(memory for _, memory in machine.gpus)
        fits = f"training of up to {_billions(memory)} parameters fits on each" if memory else ""
        yield Ability("hub models on a GPU", True, fits or "memory unknown")
    yield from _several(machine)
    vllm = {package.status for package in packages if package.name == "vllm"}
    why = "not installed: pip install 'bi-bench[vllm]'" if vllm & {"optional"} else ""
    why = why or ("clashes, see above" if vllm != {"ok"} else "" if machine.gpus else "no GPU")
    yield Ability('vLLM (defaults.rollouts.engine = "vllm")', not why, why or "installed")


def _several(machine: Machine) -> Iterator[Ability]:
    what = "training by several processes (defaults.numerics.processes)"
    gpus = len(machine.gpus) if machine.torch_cuda else 0
    if gpus > 1:
        yield Ability(what, True, f"up to {gpus}, a GPU each")
    else:
        place = "one GPU" if gpus else "no GPU that torch sees"
        yield Ability(what, machine.cores > 1, f"on the CPU alone: {place}")


def _billions(memory_gb: float) -> str:
    return f"{ROOM * memory_gb / BYTES_A_PARAMETER:.1f} billion"
