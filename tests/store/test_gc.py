from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.artifacts.stage_record import Failure
from bi_bench.store import Collected, Store
from tests.factories import commit, run_record

KEPT, LOOSE, BUSY, STALE = ("ab" * 32, "cd" * 32, "ef" * 32, "01" * 32)
STAGE = {"kind": "sft", "label": "sft", "identity": {}, "parents": {}}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    for key in (KEPT, LOOSE, BUSY):
        with store.begin(key) as work:
            (work.folder / "weights").write_bytes(b"w" * 5000)
            commit(work, STAGE, {})
    store.temporary(KEPT, "dead").mkdir()
    store.temporary(STALE, "dead").mkdir()
    (store.temporary(STALE, "dead") / "half").write_bytes(b"h" * 300)
    store.write_failure(STALE, Failure(type="Crash", message="killed"))
    store.write_run("quick-12ab", run_record(stages=[KEPT]))
    return store


def names(store: Store) -> list[str]:
    return sorted(path.name for path in store.stages.iterdir())


def test_stages_that_no_run_names_are_deleted(store: Store) -> None:
    would = store.gc(keep=[BUSY], dry_run=True)
    assert len(names(store)) == 6
    assert store.gc(keep=[BUSY]) == would
    assert would.stages == 1
    assert 5300 < would.bytes < 6300
    assert names(store) == sorted([KEPT, BUSY])
    assert store.gc(keep=[BUSY]) == Collected(0, 0)


def test_a_stage_in_progress_is_kept(store: Store) -> None:
    with store.begin(BUSY) as work:
        assert store.gc().stages == 1
        assert names(store) == sorted([KEPT, BUSY, f"{BUSY}.lock", work.folder.name])
    assert store.gc().stages == 1
    assert names(store) == [KEPT]


def test_an_unreadable_run_record_keeps_everything(store: Store) -> None:
    (store.run_folder("quick-12ab") / "run.json").write_text("{")
    with pytest.raises(UserError, match="not a JSON object"):
        store.gc()
    assert len(names(store)) == 6


def test_a_dry_run_works_on_a_read_only_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    would = store.gc(dry_run=True)
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    monkeypatch.setattr("bi_bench.store.garbage.exclusive", None)
    assert store.gc(dry_run=True) == would


def test_an_empty_store_has_no_garbage(tmp_path: Path) -> None:
    assert Store(tmp_path / "none").gc() == Collected(0, 0)
