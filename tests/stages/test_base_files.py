"""What the base stage takes from a model folder is what its key has a digest of."""

from __future__ import annotations

from pathlib import Path

import pytest

from bi_bench.api import UserError, model_digest
from bi_bench.plugins import discover
from bi_bench.stages import base
from bi_bench.stages.context import StageContext

TAKEN = ("config.json", "model.safetensors", "chat_template.jinja", "spiece.model", "merges.txt")
LEFT = ("README.md", "pytorch_model.bin", "optimizer.pt")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (*TAKEN, *LEFT):
        (folder / name).write_text("{}")
    return folder


def copied(model: Path, source: str) -> list[str]:
    target = model.parent / "stage"
    target.mkdir()
    entry = discover().get("models", "hub").identity()
    identity = {"model": {**entry, "params": {}}, "source": source}
    stage = {"identity": identity, "plugin_files": [], "unkeyed": {"model": {"path": str(model)}}}
    base.run(StageContext.make(stage, {}, target, lambda **_: None))
    return sorted(file.name for file in target.iterdir())


def test_what_is_digested_is_what_is_copied(model: Path) -> None:
    digest = model_digest(model)
    for name in TAKEN:
        (model / name).write_text("[]")
        assert model_digest(model) != digest, name
        (model / name).write_text("{}")
    for name in LEFT:
        (model / name).write_text("[]")
    assert model_digest(model) == digest
    assert copied(model, digest) == sorted(TAKEN)


def test_a_folder_that_changed_since_the_plan_is_refused(model: Path) -> None:
    digest = model_digest(model)
    (model / "chat_template.jinja").write_text("[]")
    with pytest.raises(UserError, match="files of the model changed since the plan was made"):
        copied(model, digest)
