from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench_plugins.models.tiny import Tiny


@pytest.fixture
def tiny() -> Checkpoint:
    """The shipped model, fresh for every test."""
    folder = Tiny().source().folder
    assert isinstance(folder, Path)
    return Checkpoint.load(folder, Numerics())
