from __future__ import annotations

import json
import os
import shutil
import warnings
from contextlib import suppress
from pathlib import Path

import pytest

from bi_bench.api.errors import UserError
from bi_bench.artifacts.stage_record import Failure
from bi_bench.plan.stage import content_key
from bi_bench.store import Damage, Store
from tests.conftest import present
from tests.factories import commit, run_record

IDENTITY = {"kind": "evaluate", "seed": 1, "settings": {"lr": 0.5}}
KEY = content_key(IDENTITY)
STAGE = {"kind": "evaluate", "label": "post", "identity": IDENTITY, "parents": {"rft": "cd" * 32}}
FILES = ("outcomes.json", "model.safetensors", "checkpoints/4/config.json", "costs.json")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    with store.begin(KEY) as work:
        (work.folder / "checkpoints" / "4").mkdir(parents=True)
        for name in FILES[:3]:
            (work.folder / name).write_bytes(b'{"greedy": [true, false]}')
        (work.folder / "log.txt").write_text("said\n")
        commit(work, STAGE, {"wall_seconds": 1.5})
    return store


def flip(path: Path, bit: int = 3) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1 << bit
    path.write_bytes(data)


def problems(store: Store) -> list[str]:
    return [name for name, _ in store.damages(KEY)]


def test_a_stage_knows_size_and_digest_of_every_file_but_its_log(store: Store) -> None:
    listed = json.loads((store.folder(KEY) / "stage.json").read_text())["files"]
    assert sorted(listed) == sorted(FILES)
    assert listed["outcomes.json"]["size"] == 25
    assert "files" not in store.record(KEY).content
    assert len(store.seal(KEY)) == 64
    (store.folder(KEY) / "log.txt").write_text("said more\n")
    assert store.has(KEY)
    assert problems(store) == []


@pytest.mark.parametrize("how", ["flip", "cut", "delete"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_named_and_the_stage_counts_as_missing(
    store: Store, name: str, how: str
) -> None:
    assert store.has(KEY)
    file = store.folder(KEY) / name
    if how == "flip":
        status = file.stat()
        flip(file)
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif how == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.unlink()
    # One store looked at it before, another sees it first.
    for each in (store, Store(store.root)):
        assert problems(each) == [name]
        expected = rf"{name} .*the stage evaluate · post counts as missing and is computed again"
        with pytest.warns(Damage, match=expected):
            assert not each.has(KEY, weights=True)
    with store.begin(KEY) as work:  # what is damaged makes room
        commit(work, STAGE, {})
    assert store.has(KEY, weights=True)


def test_weights_are_verified_only_on_request(store: Store) -> None:
    flip(store.folder(KEY) / "model.safetensors")
    assert store.has(KEY)
    with pytest.warns(Damage, match="model.safetensors"):
        assert not store.has(KEY, weights=True)


def test_a_file_is_verified_once_per_process(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr("bi_bench.store.digests.digest_file", lambda path: read.append(path))
    fresh = Store(store.root)
    fresh.damage(KEY)
    assert len(read) == 1
    monkeypatch.undo()
    assert fresh.has(KEY)
    monkeypatch.setattr("bi_bench.store.digests.digest_file", lambda path: read.append(path))
    assert fresh.has(KEY)
    assert len(read) == 1


def test_every_flipped_bit_in_a_stage_record_is_detected(store: Store) -> None:
    path = store.folder(KEY) / "stage.json"
    whole = path.read_bytes()
    record, seal = store.record(KEY), store.seal(KEY)
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        path.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Damage)
            if store.has(KEY):
                assert (store.record(KEY), store.seal(KEY)) == (record, seal)


def old(store: Store, **changes: object) -> None:
    """The record as it was written before there were digests."""
    path = store.folder(KEY) / "stage.json"
    data = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({k: v for k, v in data.items() if k not in ("files", "digest")}))


def test_a_stage_without_digests_is_read_if_its_identity_matches_its_key(
    store: Store,
) -> None:
    old(store)
    assert store.has(KEY)
    assert store.seal(KEY) == ""
    old(store, identity={**IDENTITY, "seed": 2})
    with pytest.warns(Damage, match=r"stage\.json holds an identity that has another key"):
        assert not store.has(KEY)


def test_a_missing_stage_is_not_damaged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert not store.has(KEY)
    assert store.damage(KEY) == ""


def test_every_flipped_bit_in_a_run_record_is_detected(tmp_path: Path) -> None:
    store = Store(tmp_path)
    record = run_record(stages=["k"], numerics={"clip": float("inf")})
    store.write_run("quick-12ab", record)
    path = store.run_folder("quick-12ab") / "run.json"
    whole = path.read_bytes()
    for position in range(len(whole)):
        data = bytearray(whole)
        data[position] ^= 1 << (position % 8)
        path.write_bytes(data)
        with suppress(UserError):  # else
            assert store.read_run("quick-12ab") == record
    path.write_bytes(whole[:-30])
    with pytest.raises(UserError, match="run the suite again"):
        store.read_run("quick-12ab")
    path.write_text(json.dumps({**record.to_json(), "clip": 1}))
    with pytest.raises(UserError, match="run the suite again"):
        store.read_run("quick-12ab")
    path.write_text(json.dumps(record.to_json()))  # one of before digests
    assert store.read_run("quick-12ab") == record


def test_a_damaged_failure_record_is_still_a_failure(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_failure(KEY, Failure(type="ValueError", message="no luck"))
    assert present(store.failure(KEY)).message == "no luck"
    flip(store.stages / f"{KEY}.failed.json")
    assert "the reason is lost" in present(store.failure(KEY)).message


def test_a_copied_store_is_whole(store: Store, tmp_path: Path) -> None:
    shutil.copytree(store.root, tmp_path / "copy")
    assert Store(tmp_path / "copy").has(KEY, weights=True)
