from __future__ import annotations

from pathlib import Path

import pytest

from tests.plan import golden


@pytest.fixture
def suite_file(tmp_path: Path) -> Path:
    return golden.suite_in(tmp_path)
