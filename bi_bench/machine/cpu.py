"""The kind of CPU that a stage ran on: what its floating-point results may depend on, and no name.

It is recorded with the costs of a stage and never in its content key: RFT amplifies rounding, so that
one key gives other weights where other instructions or another BLAS do the sums. What torch says is
taken from the library that the stage has loaded; nothing here imports it.
"""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path

# Instruction sets that matrix products are written for, on x86 and on ARM.
_VECTOR = re.compile(r"(avx|amx|fma|f16c|sve|asimd|neon|bf16|i8mm)[\w.]*")
_INFO = Path("/proc/cpuinfo")


def instructions(info: Path = _INFO) -> str:
    """Vendor and vector instruction sets, "AuthenticAMD avx avx2 fma"; the architecture if unknown."""
    text = info.read_text(errors="replace") if info.is_file() else ""
    fields: dict[str, str] = dict(
        re.findall(r"^(vendor_id|CPU implementer|flags|Features)\s*:\s*(.+)$", text, re.M)
    )
    vendor = fields.get("vendor_id", fields.get("CPU implementer", ""))
    flags = fields.get("flags", fields.get("Features", "")).split()
    found = sorted(flag for flag in set(flags) if _VECTOR.fullmatch(flag))
    return " ".join([vendor or platform.machine(), *found]).strip()


def kind_of_cpu() -> dict[str, str]:
    """Instruction sets; and of torch, where this process has it, the capability it uses and its BLAS."""
    kind = {"instructions": instructions()}
    torch = sys.modules.get("torch")
    if torch is None:
        return kind
    built = torch.__config__.show()
    libraries = re.findall(r"Math Kernel Library Version \S+|MKL-DNN v\S+|OpenBLAS \S+", built)
    blas = re.search(r"BLAS_INFO=(\w+)", built)
    return kind | {
        "capability": torch.backends.cpu.get_cpu_capability(),
        "blas": ", ".join([blas[1] if blas else "unknown", *libraries]),
    }
