from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.stage_record import Failure
from bi_bench.store import Busy, Store
from tests.conftest import present
from tests.factories import commit, run_record

KEY = "ab" * 32
STAGE = {"kind": "sft", "label": "sft bridge", "identity": {"x": 1}, "parents": {"base": "cd" * 32}}


def build(store: Store, key: str = KEY, text: str = "weights", declined: str | None = None) -> Path:
    with store.begin(key) as work:
        (work.folder / "model").mkdir()
        (work.folder / "model" / "weights.txt").write_text(text)
        (work.folder / "log.txt").write_text("said\n")
        commit(work, STAGE, {"wall_seconds": 1.5}, declined=declined)
    return store.folder(key)


def hold(store: Store, key: str) -> subprocess.Popen[str]:
    """Another process that has begun the stage and does not end."""
    code = (
        "import sys, time; from pathlib import Path; from bi_bench.store import Store\n"
        "with Store(Path(sys.argv[1])).begin(sys.argv[2]):\n"
        "    print('begun', flush=True); time.sleep(60)"
    )
    line = [sys.executable, "-c", code, str(store.root), key]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


def test_a_stage_exists_only_after_its_commit(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.has(KEY)
    with pytest.raises(UserError, match="no stage abab"):
        store.record(KEY)
    with store.begin(KEY) as work:
        assert work.folder.parent == store.folder(KEY).parent
        assert not store.has(KEY)
    assert list(store.stages.iterdir()) == []
    folder = build(store)
    assert store.has(KEY)
    record = store.record(KEY)
    created = datetime.fromisoformat(record.created)
    assert created.utcoffset() == timedelta(0)
    known = {"schema": 1, "key": KEY, "status": "done", "reason": None, **STAGE}
    assert record.content == {**known, "created": record.created}
    assert store.costs(KEY) == Costs(wall_seconds=1.5)
    assert (folder / "model" / "weights.txt").read_text() == "weights"
    assert list(store.stages.iterdir()) == [folder]


def fail_half_way(store: Store) -> None:
    with store.begin(KEY) as work:
        (work.folder / "half.txt").write_text("half")
        raise ZeroDivisionError


def test_an_error_leaves_no_files(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ZeroDivisionError):
        fail_half_way(store)
    assert list(store.stages.iterdir()) == []


def test_a_declined_stage_keeps_its_reason_and_log(tmp_path: Path) -> None:
    store = Store(tmp_path)
    folder = build(store, declined="no graph")
    assert store.record(KEY).status == "declined"
    assert store.record(KEY).reason == "no graph"
    assert {path.name for path in folder.iterdir()} == {"log.txt", "costs.json", "stage.json"}


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"schema": 1}', json.dumps({"schema": 0, "key": KEY})]
)
def test_a_folder_without_a_valid_record_is_computed_again(
    tmp_path: Path, text: str | None
) -> None:
    store = Store(tmp_path)
    record = build(store, text="old") / "stage.json"
    if text is None:
        record.unlink()
    else:
        record.write_text(text)
    with pytest.warns(RuntimeWarning, match="counts as missing and is computed again"):
        assert not store.has(KEY)
    folder = build(store, text="new")
    assert store.has(KEY)
    assert (folder / "model" / "weights.txt").read_text() == "new"


def test_one_writer_at_a_time_and_a_killed_one_releases_its_lock(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with hold(store, KEY) as other:
        with pytest.raises(Busy), store.begin(KEY):
            pass
        with store.begin("cd" * 32):
            pass
        store.discard(KEY)
        assert len(list(store.stages.glob("*.tmp-*"))) == 1
        os.kill(other.pid, signal.SIGKILL)
    assert len(list(store.stages.glob("*.tmp-*"))) == 1
    folder = build(store)
    assert list(store.stages.iterdir()) == [folder]


def test_a_moved_store_reads_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path / "here")
    build(store)
    store.write_run("quick-12ab", run_record(stages=[KEY]))
    before = (store.record(KEY), store.costs(KEY), store.read_run("quick-12ab"))
    for path in store.root.rglob("*.json"):
        assert str(tmp_path) not in path.read_text()
    store.root.rename(tmp_path / "there")
    moved = Store(tmp_path / "there")
    assert (moved.record(KEY), moved.costs(KEY), moved.read_run("quick-12ab")) == before
    assert moved.has(KEY)
    assert not store.has(KEY)


def test_a_relative_store_stays_where_it_was_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(Path(".bi_bench"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    build(store)
    assert (tmp_path / ".bi_bench" / "stages" / KEY / "stage.json").is_file()


def test_a_commit_removes_the_failure(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_failure(KEY, Failure(type="ValueError", message="no"))
    assert present(store.failure(KEY)).message == "no"
    build(store)
    assert store.failure(KEY) is None
