from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    file = tmp_path / "reference.toml"
    file.write_text(SUITE)
    return file
