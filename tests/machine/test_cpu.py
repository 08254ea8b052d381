from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

from bi_bench.machine.cpu import instructions, kind_of_cpu

INTEL = (
    "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Some Xeon\n"
    "flags\t\t: fpu sse2 amx_tile avx2 avx512f fma ht\n"
)
ARM = "processor\t: 0\nFeatures\t: fp asimd sve bf16\nCPU implementer\t: 0x41\n"


def test_the_kind_is_vendor_and_vector_instructions_and_no_model(tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    info.write_text(INTEL * 2)
    assert instructions(info) == "GenuineIntel amx_tile avx2 avx512f fma"
    info.write_text(ARM)
    assert instructions(info) == "0x41 asimd bf16 sve"
    assert instructions(tmp_path / "none") == platform.machine()


def test_what_torch_uses_is_read_without_importing_it() -> None:
    code = (
        "import json, sys; from bi_bench.machine.cpu import kind_of_cpu; kind = kind_of_cpu();"
        "print(json.dumps([kind, 'torch' in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kind, imported = json.loads(done.stdout)
    assert kind == {"instructions": instructions()}
    assert not imported


def test_with_torch_its_capability_and_blas_are_there() -> None:
    import torch

    kind = kind_of_cpu()
    assert kind["capability"] == torch.backends.cpu.get_cpu_capability()
    assert kind["blas"]
