from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [*ROOT.glob("bi_bench/**/*.py"), *ROOT.glob("plugins/**/*.py")]


def test_the_core_names_no_plugin_package() -> None:
    assert not [f for f in ROOT.glob("bi_bench/**/*.py") if "bi_bench_plugins" in f.read_text()]


def test_files_are_small() -> None:
    lengths = sorted(len(file.read_text().splitlines()) for file in SOURCES)
    assert lengths[-1] <= 400
    assert lengths[len(lengths) // 2] <= 120


@pytest.mark.parametrize(
    "module",
    [
        "bi_bench.api",
        "bi_bench.suite",
        "bi_bench.plan",
        "bi_bench.store",
        "bi_bench.engines",
        "bi_bench.report",
        "bi_bench.testing",
        "bi_bench.testing.observe",
    ],
)
def test_light_rooms_stay_light(module: str) -> None:
    heavy = {"torch", "transformers", "trl", "datasets"}
    code = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
