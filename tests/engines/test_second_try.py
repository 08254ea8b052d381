"""What ends a stage from outside: signals, a lost fork server, the time limit."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from bi_bench.api.errors import PluginError
from bi_bench.store import Store
from tests.conftest import present
from tests.engines.conftest import Conduct, MakeStage, RunStages


@pytest.mark.parametrize("how", ["killed once", "server killed once"])
def test_a_lost_process_is_tried_once_more(
    run: RunStages, stage: MakeStage, store: Store, tmp_path: Path, how: str
) -> None:
    one = stage("one", do=how, mark=str(tmp_path / "mark"))
    other = stage("other", do="sleep", seconds=0.5)
    status, events = run([one, other])
    assert status == {"one": "finished", "other": "finished"}
    assert [event for event in events if event.endswith(" one")] == [
        "started one", "retried one", "started one", "finished one",
    ]  # fmt: skip
    assert {path.name for path in store.stages.iterdir()} == {one.key, other.key}


def test_a_process_that_is_lost_twice_has_failed(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    bad = stage("bad", do="kill")
    status, events = run([bad])
    assert status == {"bad": "failed"}
    assert events == ["started bad", "retried bad", "started bad", "failed bad"]
    assert "killed by SIGKILL (often: out of memory)" in present(store.failure(bad.key)).message


@pytest.mark.parametrize("how", ["raise", "exit", "user", "decline"])
def test_a_stage_that_exits_by_itself_is_not_tried_again(
    run: RunStages, stage: MakeStage, how: str
) -> None:
    _, events = run([stage("one", do=how)])
    assert len(events) == 2


def test_a_server_that_is_killed_while_it_imports_is_started_once_more(
    run: RunStages, stage: MakeStage, tmp_path: Path
) -> None:
    mark, module = tmp_path / "mark", tmp_path / "entries" / "dies_at_import.py"
    lines = ["import os, pathlib, signal", f"mark = pathlib.Path({str(mark)!r})"]
    kill = "os.kill(os.getpid(), signal.SIGKILL)"
    module.write_text(
        "\n".join([*lines, "if not mark.exists():", "    mark.touch()", f"    {kill}"])
    )
    status, _ = run([stage("one")], preload=("dies_at_import",))
    assert status == {"one": "finished"}
    module.write_text("\n".join([*lines, kill]))
    with pytest.raises(PluginError, match=r"ended twice while it imported .*dies_at_import"):
        run([stage("two")], preload=("dies_at_import",))


def test_a_stage_is_stopped_at_its_limit_and_names_the_setting(
    conduct: Conduct, stage: MakeStage, store: Store
) -> None:
    slow, quick = stage("slow", do="scratch", seconds=60), stage("quick")
    stages = [replace(slow, limit=1.0), replace(quick, limit=3600.0)]
    begin = time.monotonic()
    outcomes = conduct(stages)
    assert time.monotonic() - begin < 20
    assert outcomes[quick.key].status == "finished"
    assert outcomes[slow.key].status == "failed"
    assert outcomes[slow.key].user
    message = outcomes[slow.key].message
    assert message.startswith(
        "slow was ended because it ran longer than its limit of 0.000278 hours"
    )
    assert message.endswith("set defaults.limits.stage_hours in the suite")
    assert present(store.failure(slow.key)).log == "working on slow\n"
    assert list(store.stages.glob("*.tmp-*")) == []


def test_a_leftover_thread_does_not_block_a_stage(run: RunStages, stage: MakeStage) -> None:
    begin = time.monotonic()
    status, _ = run([stage("one", do="thread")])
    assert status == {"one": "finished"}
    assert time.monotonic() - begin < 30
