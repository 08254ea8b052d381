from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Strategy, UserError
from bi_bench.plugins import discover
from bi_bench.stages.context import StageContext


def context(identity: dict[str, Any], tmp_path: Path) -> StageContext:
    stage = {"identity": identity, "plugin_files": []}
    return StageContext.make(stage, {}, tmp_path, lambda **_: None)


def test_a_plugin_is_rebuilt_from_the_identity(tmp_path: Path) -> None:
    entry = discover().get(Strategy, "bridge")
    identity = {"strategy": {**entry.identity(), "params": {"reflection": 0.4}}}
    plugin = context(identity, tmp_path).plugin(Strategy, "strategy")
    assert plugin.params.reflection == 0.4
    assert plugin.params.analysis == 2


def test_a_plugin_that_changed_since_the_plan_is_refused(tmp_path: Path) -> None:
    entry = discover().get(Strategy, "bridge")
    identity = {"strategy": {**entry.identity(), "version": 99, "params": {}}}
    with pytest.raises(UserError, match=r"has changed .*plan and run again"):
        context(identity, tmp_path).plugin(Strategy, "strategy")


def test_a_worker_refuses_a_plugin_whose_neighbour_or_data_changed(tmp_path: Path) -> None:
    file, near, words = (tmp_path / name for name in ("mine.py", "near_context.py", "words.txt"))
    near.write_text("NUMBER = 1")
    words.write_text("one")
    file.write_text(
        "import near_context\n"
        "from bi_bench.api import Draft, Strategy, hookimpl\n"
        "class Mine(Strategy):\n"
        "    name = 'mine'\n"
        "    data_files = ('words.txt',)\n"
        "    number = near_context.NUMBER\n"
        "    def drafts(self, problem, plan, context):\n"
        "        return [Draft(plan=plan)]\n"
        "@hookimpl\n"
        "def bi_bench_strategies():\n"
        "    return [Mine]\n"
    )
    entry = discover([file]).get(Strategy, "mine")
    stage = {
        "identity": {"strategy": {**entry.identity(), "params": {}}},
        "plugin_files": [str(file)],
    }

    def number() -> int:
        context = StageContext.make(stage, {}, tmp_path, lambda **_: None)
        return int(getattr(context.plugin(Strategy, "strategy"), "number"))  # noqa: B009 - of the file

    assert number() == 1
    for changed, text in ((near, "NUMBER = 2"), (words, "two")):
        before = changed.read_text()
        changed.write_text(text)
        with pytest.raises(UserError, match=r'"mine" has changed .*plan and run again'):
            number()
        changed.write_text(before)
    assert number() == 1
