from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from bi_bench.api import Observe, Outcome, Resources
from bi_bench.engines import Conductor, Event
from bi_bench.plan.stage import Stage
from bi_bench.store import Store
from bi_bench_plugins.engines.local import Local, LocalParameters

MakeStage = Callable[..., Stage]
Conduct = Callable[..., dict[str, Outcome]]
RunStages = Callable[..., tuple[dict[str, str], list[str]]]
Command = Callable[[list[Stage]], list[str]]
Survivors = Callable[[], list[psutil.Process]]

ENTRIES = """
    import json, os, signal, subprocess, sys, threading, time
    from pathlib import Path
    from bi_bench.api.errors import Declined, UserError
    from bi_bench.artifacts.costs import Costs

    def run(stage, inputs, folder, progress):
        "Does what the identity says; notes when it worked."
        identity = stage["identity"]
        begin = time.monotonic()
        print("working on", stage["label"], flush=True)
        texts = [(path / "result.txt").read_text() for _, path in sorted(inputs.items())]
        match identity.get("do"):
            case "sleep":
                for step in range(1, 11):
                    time.sleep(identity["seconds"] / 10)
                    progress(step=step, total=10, reward=step / 10)
            case "orphan":
                subprocess.Popen(["sleep", "300.25"])
                time.sleep(identity["seconds"])
            case "raise":
                raise ValueError("no luck")
            case "user":
                raise UserError("suite.toml: mend me")
            case "decline":
                (folder / "half.txt").write_text("half")
                raise Declined("no graph here")
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "killed once" if not os.path.exists(identity["mark"]):
                Path(identity["mark"]).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            case "server killed once" if not os.path.exists(identity["mark"]):
                Path(identity["mark"]).touch()
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)
            case "thread":
                threading.Thread(target=time.sleep, args=(60,)).start()
            case "scratch":
                import tempfile
                Path(tempfile.mkdtemp(), "half.txt").touch()
                subprocess.Popen(["sleep", "300.5"], start_new_session=True)
                time.sleep(identity["seconds"])
            case "exit":
                os._exit(0)
            case "devices":
                texts = [os.environ["CUDA_VISIBLE_DEVICES"]]
            case "environment":
                (folder / "environment.json").write_text(json.dumps(dict(os.environ)))
            case "torch":
                texts = [str("torch" in sys.modules and sys.modules["torch"].get_num_threads())]
        (folder / "times.txt").write_text(f"{begin} {time.monotonic()}")
        (folder / "result.txt").write_text("+".join([*texts, stage["label"]]))
        return Costs(tokens_trained=7)
"""


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The entry point in a module that a child finds by the search path of its parent."""
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "helper_entries.py").write_text(textwrap.dedent(ENTRIES))
    monkeypatch.syspath_prepend(tmp_path / "entries")
    return "helper_entries:run"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def make_stage(label: str, *parents: Stage, cpus: int = 1, gpus: int = 0, **does: object) -> Stage:
    roles = {f"p{number}": parent.key for number, parent in enumerate(parents)}
    identity: Any = {"label": label, **does}
    return Stage("sft", identity, roles, label, Resources(cpus, gpus))


@pytest.fixture
def stage() -> MakeStage:
    return make_stage


@pytest.fixture
def conduct(store: Store, entry: str) -> Conduct:
    """Runs stages on this machine; returns the outcomes by key."""

    def go(
        stages: list[Stage],
        observe: Observe = lambda event: None,
        *,
        cpus: int = 2,
        gpus: int = 0,
        entry: str = entry,
        preload: tuple[str, ...] = (),
    ) -> dict[str, Outcome]:
        conductor = Conductor(store, lambda key: ("true",), entry, preload)
        return conductor.run(Local(LocalParameters(workers=cpus, gpus=gpus)), stages, observe)

    return go


@pytest.fixture
def run(conduct: Conduct) -> RunStages:
    """Runs stages; returns status by label and the events as "kind label"."""

    def go(stages: list[Stage], **options: Any) -> tuple[dict[str, str], list[str]]:
        events: list[Event] = []
        outcomes = conduct(stages, events.append, **options)
        return (
            {each.label: outcomes[each.key].status for each in stages},
            [f"{event.kind} {event.stage.label}" for event in events if event.kind != "progress"],
        )

    return go


SCRIPT = """
    import json, sys
    from pathlib import Path
    print("main runs as", __name__, flush=True)
    from bi_bench.engines import Conductor
    from bi_bench.plan.stage import Stage
    from bi_bench.store import Store
    from bi_bench_plugins.engines.local import Local, LocalParameters

    stages = [Stage.from_json(data) for data in json.loads(Path(sys.argv[2]).read_text())]
    conductor = Conductor(Store(Path(sys.argv[1])), lambda key: (), "helper_entries:run")
    local = Local(LocalParameters(workers=2, gpus=0))
    out = sys.stdout  # while an engine runs, what is printed goes to stderr
    show = lambda event: print(event.kind, event.stage.label, file=out, flush=True)
    outcomes = conductor.run(local, stages, show)
    print(json.dumps([outcomes[stage.key].status for stage in stages]))
"""


@pytest.fixture
def command(tmp_path: Path, store: Store, entry: str) -> Command:
    """A command line that runs stages in a process of its own, by a script without a guard."""

    def build(stages: list[Stage]) -> list[str]:
        import json

        script, plan = tmp_path / "script.py", tmp_path / "plan.json"
        script.write_text(textwrap.dedent(SCRIPT))
        plan.write_text(json.dumps([each.to_json() for each in stages]))
        return [sys.executable, str(script), str(store.root), str(plan)]

    return build


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    search = os.pathsep.join([str(tmp_path / "entries"), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": search, "BI_BENCH_TEST_MARK": str(tmp_path)}


@pytest.fixture
def survivors(tmp_path: Path) -> Iterator[Survivors]:
    """Processes that a test has left, found by a mark in their environment."""

    def find() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("BI_BENCH_TEST_MARK") == str(tmp_path):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
        return [each for each in found if each.status() != psutil.STATUS_ZOMBIE]

    yield find
    for process in find():
        process.kill()
