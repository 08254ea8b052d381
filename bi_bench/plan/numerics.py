"""Resolves ``auto`` device and dtype without torch."""

from __future__ import annotations

from pathlib import Path

from bi_bench.api.identity import NumericsIdentity
from bi_bench.suite.schema import Numerics


def resolve(numerics: Numerics) -> NumericsIdentity:
    """Device, dtype and threads with nothing left to chance.

    A CUDA device is looked for among the device files of the driver, which costs nothing.
    """
    device = numerics.device
    if device == "auto":
        device = "cuda" if any(Path("/dev").glob("nvidia[0-9]*")) else "cpu"
    dtype = numerics.dtype
    if dtype == "auto":
        dtype = "bfloat16" if device == "cuda" else "float32"
    return {"device": device, "dtype": dtype, "threads": numerics.threads}
