"""The engine that the documentation shows, with commands in place of stages."""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from bi_bench.api import Engine, Event, UserError
from bi_bench.engines.conduct import Conductor
from bi_bench.plugins import discover
from bi_bench.store import Store
from tests.engines.conftest import MakeStage

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "examples" / "subprocess_engine.py"


@pytest.fixture
def engine() -> Engine:
    registered = discover([FILE]).get(Engine, "subprocess")
    return registered.cls(registered.cls.Params.model_validate({"cpus": 2}))


def test_the_page_shows_the_file() -> None:
    page = (ROOT / "docs" / "authors" / "engine.md").read_text()
    assert re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S) == [FILE.read_text()]


def test_it_starts_what_fits_and_ends_what_takes_too_long(
    engine: Engine, store: Store, stage: MakeStage
) -> None:
    slow = replace(stage("slow"), limit=0.3)
    wide, after = stage("wide", cpus=2), stage("after", slow)
    commands: dict[str, tuple[str, ...]] = defaultdict(
        lambda: ("false",), {slow.key: ("sleep", "300.75")}
    )
    events: list[Event] = []
    conductor = Conductor(store, commands.__getitem__, "")
    outcomes = conductor.run(engine, [slow, wide, after], events.append)
    assert outcomes[slow.key].message.startswith("slow was ended because it ran longer than its")
    assert (outcomes[wide.key].status, outcomes[wide.key].message) == ("failed", "exit code 1")
    assert outcomes[after.key].message == "needs slow, which failed"
    order = [f"{event.kind} {event.stage.label}" for event in events]
    assert order == [
        *("started slow", "failed slow", "blocked after", "started wide", "failed wide"),
    ]
    with pytest.raises(UserError, match="wider needs 3 CPU threads, but the engine has 2"):
        conductor.run(engine, [stage("wider", cpus=3)], events.append)


def test_it_ends_what_runs_when_it_is_interrupted(
    engine: Engine, store: Store, stage: MakeStage, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(300)"

    def interrupt(event: Event) -> None:
        while not pid.exists() or not pid.read_text():
            time.sleep(0.02)
        raise KeyboardInterrupt

    conductor = Conductor(store, lambda key: (sys.executable, "-c", code), "")
    with pytest.raises(KeyboardInterrupt):
        conductor.run(engine, [stage("long")], interrupt)
    assert not Path("/proc", pid.read_text()).exists()
