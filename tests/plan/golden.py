"""The reference suite whose keys are pinned."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from bi_bench.plan import plan_suite
from bi_bench.suite import load_suite

KEYS = Path(__file__).with_name("golden_keys.json")
NO_WEIGHTS = "\x03" + 7 * "\0" + "{}\n"  # a safetensors file without tensors, as text
SUITE = """
name = "reference"
[matrix]
benchmarks = [{ name = "igsm", tier = "embedded", ops = [2, 3], ops_ood = [4, 5] }]
models = [{ name = "hub", id = "some/model", revision = "abc" }]
strategies = ["vanilla", "bridge"]
algorithms = [{ name = "grpo", steps = 4 }]
seeds = [0, 1]
[defaults.numerics]
device = "cpu"
dtype = "float32"
threads = 1
"""


def suite_in(folder: Path) -> Path:
    """The reference suite as a file."""
    file = folder / "reference.toml"
    file.write_text(SUITE, encoding="utf-8")
    return file


def found(folder: Path) -> dict[str, str]:
    """The keys of its first cell by role, with every library at version 1."""
    with mock.patch("importlib.metadata.version", return_value="1"):
        return dict(plan_suite(load_suite(suite_in(folder))).cells[0].stages)
