from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bi_bench.cli import app
from bi_bench.plan.stage import content_key
from bi_bench.store import Store
from tests.factories import commit, run_record

IDENTITY = {"kind": "sft", "seed": 1}
KEY = content_key(IDENTITY)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    with store.begin(KEY) as work:
        (work.folder / "model.safetensors").write_text("weights")
        (work.folder / "history.jsonl").write_text("{}\n")
        stage = {"kind": "sft", "label": "vanilla", "identity": IDENTITY, "parents": {}}
        commit(work, stage, {})
    store.write_run("quick-12ab", run_record(stages=[KEY]))
    return store


def verify(store: Store) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["verify", "--store", str(store.root)])
    return result.exit_code, result.output.splitlines()


def test_a_sound_store(store: Store) -> None:
    assert verify(store) == (0, ["1 stages and 1 runs, no damaged files"])


def test_a_line_for_each_damaged_file_weights_and_run_records_too(store: Store) -> None:
    for name in ("model.safetensors", "history.jsonl"):
        (store.folder(KEY) / name).write_text("other")
    record = store.run_folder("quick-12ab") / "run.json"
    record.write_text(record.read_text().replace('"schema": 1', '"schema": 2'))
    (store.root / "revisions.json").write_text("{")
    code, lines = verify(store)
    assert code == 1
    assert lines[-1] == "1 stages and 1 runs, 4 damaged files"
    assert [line.partition(" ")[0].rstrip(":") for line in lines[:-1]] == [
        str(store.folder(KEY) / "history.jsonl"),
        str(store.folder(KEY) / "model.safetensors"),
        str(record),
        str(store.root / "revisions.json"),
    ]
    assert "(the stage sft · vanilla) has 5 bytes of 7" in lines[1]


def test_stages_of_before_digests_are_counted_and_their_identity_is_checked(store: Store) -> None:
    path = store.folder(KEY) / "stage.json"
    old = {k: v for k, v in json.loads(path.read_text()).items() if k not in ("files", "digest")}
    path.write_text(json.dumps(old))
    code, lines = verify(store)
    assert code == 0
    assert "1 stages are from a version without digests" in lines[1]
    path.write_text(json.dumps(old | {"identity": {**IDENTITY, "seed": 2}}))
    code, lines = verify(store)
    assert code == 1
    assert "holds an identity that has another key" in lines[0]


def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["verify", "--store", str(tmp_path / "none")])
    assert "no such folder" in str(result.exception)
