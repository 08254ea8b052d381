"""Engines in processes of their own: what happens when they are interrupted, killed or doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.engines import run_stage_here
from bi_bench.store import Store
from tests.conftest import present
from tests.engines.conftest import Command, MakeStage, RunStages, Survivors


def start(
    command: list[str], surroundings: dict[str, str], start_new_session: bool = False
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
    )


def wait_for(process: subprocess.Popen[str], line: str) -> None:
    for found in present(process.stdout):
        if found.strip() == line:
            return
    raise AssertionError(f"never printed {line!r}: {present(process.stderr).read()}")


def gone(survivors: Survivors, seconds: float) -> list[str]:
    deadline = time.monotonic() + seconds
    while survivors() and time.monotonic() < deadline:
        time.sleep(0.05)
    return [" ".join(process.cmdline()) for process in survivors()]


def test_the_main_script_is_not_run_again(
    command: Command, surroundings: dict[str, str], stage: MakeStage, survivors: Survivors
) -> None:
    done = subprocess.run(
        command([stage("a"), stage("b")]),
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.count("main runs as") == 1
    assert done.stdout.endswith('["finished", "finished"]\n')
    assert done.stderr == ""
    assert gone(survivors, 2) == []


def test_a_killed_engine_leaves_no_process_and_no_partial_result(
    command: Command,
    surroundings: dict[str, str],
    stage: MakeStage,
    survivors: Survivors,
    store: Store,
    run: RunStages,
) -> None:
    first = stage("first")
    slow = stage("slow", first, do="orphan", seconds=60)
    with start(command([first, slow]), surroundings) as engine:
        wait_for(engine, "started slow")
        assert len(survivors()) >= 5  # engine, fork server, resource tracker, worker, its child
        os.kill(engine.pid, signal.SIGKILL)
        engine.wait()
        assert gone(survivors, 2) == []
    assert store.has(first.key)
    assert not store.has(slow.key)
    assert list(store.stages.glob("*.tmp-*"))
    quick = stage("quick", first)
    status, _ = run([first, quick])
    assert status == {"first": "cached", "quick": "finished"}
    with store.begin(slow.key):
        assert len(list(store.stages.glob("*.tmp-*"))) == 1


def test_ctrl_c_ends_everything_silently(
    command: Command,
    surroundings: dict[str, str],
    stage: MakeStage,
    survivors: Survivors,
    store: Store,
) -> None:
    stages = [stage("slow", do="orphan", seconds=60), stage("late", do="sleep", seconds=60)]
    with start(command(stages), surroundings, start_new_session=True) as engine:
        wait_for(engine, "started late")
        os.killpg(engine.pid, signal.SIGINT)  # as a terminal does: to the whole group
        _, errors = engine.communicate(timeout=10)
    assert engine.returncode == -signal.SIGINT
    assert errors.count("Traceback") == errors.count("KeyboardInterrupt") == 1
    assert gone(survivors, 2) == []
    assert list(store.stages.iterdir()) == []


@pytest.mark.parametrize("pause", [0.0, 0.03, 0.3])
def test_ctrl_c_twice(
    command: Command,
    surroundings: dict[str, str],
    stage: MakeStage,
    survivors: Survivors,
    store: Store,
    tmp_path: Path,
    pause: float,
) -> None:
    (tmp_path / "t").mkdir()
    surroundings["TMPDIR"] = str(tmp_path / "t")
    stages = [stage("slow", do="scratch", seconds=60), stage("late", do="scratch", seconds=60)]
    with start(command(stages), surroundings, start_new_session=True) as engine:
        wait_for(engine, "started late")
        while len(list((tmp_path / "t").glob("*/*/*/half.txt"))) < 2:
            time.sleep(0.02)
        os.killpg(engine.pid, signal.SIGINT)
        time.sleep(pause)
        os.killpg(engine.pid, signal.SIGINT)
        engine.communicate(timeout=10)
    assert engine.returncode != 0
    assert gone(survivors, 2) == []
    assert list(store.stages.iterdir()) == []
    if pause < 0.1:  # later the interpreter itself is ending, whose folder is no concern of ours
        assert list((tmp_path / "t").iterdir()) == []


def test_ctrl_c_while_the_server_still_imports(
    command: Command,
    surroundings: dict[str, str],
    stage: MakeStage,
    survivors: Survivors,
    tmp_path: Path,
) -> None:
    (tmp_path / "entries" / "slow_import.py").write_text("import time; time.sleep(60)")
    line = command([stage("a")])
    script = tmp_path / "script.py"
    plain = script.read_text()
    slow = plain.replace('"helper_entries:run")', '"helper_entries:run", ("slow_import",))')
    assert slow != plain
    script.write_text(slow)
    with start(line, surroundings, start_new_session=True) as engine:
        wait_for(engine, "main runs as __main__")
        while len(survivors()) < 3:
            time.sleep(0.05)
        time.sleep(0.3)
        for process in survivors():
            if process.pid != engine.pid:
                process.send_signal(signal.SIGINT)
        time.sleep(0.3)  # long enough for a traceback, if they minded
        assert len(survivors()) == 3
        os.killpg(engine.pid, signal.SIGINT)
        _, errors = engine.communicate(timeout=10)
    assert errors.count("Traceback") == 1
    assert gone(survivors, 2) == []


def test_two_engines_on_one_store_run_each_stage_once(
    command: Command, surroundings: dict[str, str], stage: MakeStage, store: Store
) -> None:
    first = stage("first", do="sleep", seconds=0.6)
    stages = [first, stage("second", first, do="sleep", seconds=0.3), stage("third")]
    line = command(stages)
    with start(line, surroundings) as one, start(line, surroundings) as two:
        outputs = [engine.communicate(timeout=30)[0] for engine in (one, two)]
    for label in ("first", "second", "third"):
        ends = sorted(
            line
            for output in outputs
            for line in output.splitlines()
            if line.endswith(f"ed {label}")
        )
        assert ends == [f"cached {label}", f"finished {label}", f"started {label}"]


def test_a_single_stage_runs_in_this_process(stage: MakeStage, store: Store, entry: str) -> None:
    first = stage("first")
    assert run_stage_here(store, first, entry).status == "finished"
    assert run_stage_here(store, first, entry).status == "cached"
    assert run_stage_here(store, stage("no", first, do="decline"), entry).message == "no graph here"
    with pytest.raises(UserError, match="run that first"):
        run_stage_here(store, stage("second", stage("elsewhere")), entry)
    bad = stage("bad", do="raise")
    with pytest.raises(ValueError, match="no luck"):
        run_stage_here(store, bad, entry)
    assert present(store.failure(bad.key)).type == "ValueError"
    busy = stage("busy")
    with store.begin(busy.key), pytest.raises(UserError, match="another process holds"):
        run_stage_here(store, busy, entry)


def test_the_engine_imports_nothing_about_models() -> None:
    code = (
        "import bi_bench.engines, sys; print({'torch', 'transformers', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
