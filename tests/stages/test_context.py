from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import UserError
from bi_bench.plugins import discover
from bi_bench.stages.context import StageContext


def context(identity: dict[str, Any], tmp_path: Path) -> StageContext:
    stage = {"identity": identity, "plugin_files": []}
    return StageContext.make(stage, {}, tmp_path, lambda **_: None)


def test_a_plugin_is_rebuilt_from_the_identity(tmp_path: Path) -> None:
    entry = discover().get("strategies", "bridge")
    identity = {"strategy": {**entry.identity(), "params": {"reflection": 0.4}}}
    plugin = context(identity, tmp_path).plugin("strategies", "strategy")
    assert plugin.params.reflection == 0.4
    assert plugin.params.analysis == 2


def test_a_plugin_that_changed_since_the_plan_is_refused(tmp_path: Path) -> None:
    entry = discover().get("strategies", "bridge")
    identity = {"strategy": {**entry.identity(), "version": 99, "params": {}}}
    with pytest.raises(UserError, match="changed since the plan was made"):
        context(identity, tmp_path).plugin("strategies", "strategy")
