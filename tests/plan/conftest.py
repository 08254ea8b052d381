from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share with renew.py

import golden


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    return golden.suite_in(tmp_path)
