"""How much of this machine a command may use."""

from __future__ import annotations

import os
from pathlib import Path


def worker_count(asked: int, threads: int) -> int:
    """CPU threads to lease out: ``asked`` stages of ``threads`` threads, 0 means all CPUs."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return asked * threads if asked else max(threads, available or 1)


def gpu_count(asked: int) -> int:
    """GPUs to lease out; -1 means all whose device files the driver shows."""
    return len(list(Path("/dev").glob("nvidia[0-9]*"))) if asked < 0 else asked


def duration(seconds: float | None) -> str:
    """Seconds as people read them."""
    if seconds is None:
        return "unknown"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
