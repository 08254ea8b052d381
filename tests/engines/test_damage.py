"""What the disk does to a run: files that changed, files that cannot be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.engines import ProgressReport
from bi_bench.engines.reporter import PROGRESS, Reporter, read_progress
from bi_bench.store import Damage, Store
from tests.engines.conftest import Conduct, MakeStage, RunStages
from tests.factories import commit


def test_a_damaged_parent_is_computed_again_before_it_is_read(
    run: RunStages, stage: MakeStage, store: Store
) -> None:
    parent = stage("parent")
    child = stage("child", parent)
    run([parent])
    (store.folder(parent.key) / "result.txt").write_text("parenT")
    with pytest.warns(Damage, match=r"result\.txt .*sft · parent counts as missing"):
        status, _ = run([child, parent])
    assert status == {"child": "finished", "parent": "finished"}
    assert (store.folder(child.key) / "result.txt").read_text() == "parent+child"


def test_weights_are_verified_before_a_stage_that_loads_them_starts(
    run: RunStages, stage: MakeStage, store: Store, entry: str
) -> None:
    parent = stage("parent")
    with store.begin(parent.key) as work:
        (work.folder / "model.safetensors").write_text("weights")
        (work.folder / "result.txt").write_text("parent")
        commit(work, parent.to_json(), {})
    file = store.folder(parent.key) / "model.safetensors"
    file.write_text("Weights")
    assert run([parent])[0] == {"parent": "cached"}  # nobody loads them
    with pytest.warns(Damage, match="model.safetensors"):
        status, _ = run([parent, stage("child", parent)])
    assert status == {"parent": "finished", "child": "finished"}
    assert not file.exists()


def test_a_failure_that_cannot_be_written_keeps_its_cause(
    conduct: Conduct, stage: MakeStage, store: Store
) -> None:
    failing = stage("a", do="raise")
    (store.stages / f"{failing.key}.failed.json" / "in the way").mkdir(parents=True)
    outcome = conduct([failing])
    assert outcome[failing.key].status == "failed"
    expected = "Crash: Is a directory: not even the failure could be written"
    assert outcome[failing.key].message == expected


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "\x00", '{"step": "three"}', '{"step": 3, "total": [1]}', "\udc80"]
)
def test_damaged_progress_is_ignored(tmp_path: Path, text: str) -> None:
    (tmp_path / PROGRESS).write_bytes(text.encode(errors="surrogateescape"))
    assert read_progress(tmp_path) is None


def test_progress_is_read_back(tmp_path: Path) -> None:
    Reporter(tmp_path)(step=3, total=3, reward=0.5)
    assert read_progress(tmp_path) == ProgressReport(3, 3, {"reward": 0.5})
