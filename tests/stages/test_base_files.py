"""What the base stage takes from a model folder is what its key has a digest of."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bi_bench.api import LanguageModel, UserError, model_digest
from bi_bench.plugins import discover
from bi_bench.stages import base
from bi_bench.stages.context import StageContext
from bi_bench_plugins.models.tiny import Tiny

ADDED = ("chat_template.jinja", "spiece.model", "merges.txt")
TAKEN = ("config.json", "generation_config.json", "model.safetensors", "tokenizer.json", *ADDED)
LEFT = ("README.md", "pytorch_model.bin", "optimizer.pt")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    shutil.copytree(str(Tiny().source().folder), folder)
    for name in (*ADDED, *LEFT):
        (folder / name).write_text("{}")
    return folder


def copied(model: Path, source: str) -> list[str]:
    target = model.parent / "stage"
    target.mkdir()
    entry = discover().get(LanguageModel, "hub").identity()
    identity = {"model": {**entry, "params": {}}, "source": source}
    stage = {"identity": identity, "plugin_files": [], "unkeyed": {"model": {"path": str(model)}}}
    base.run(StageContext.make(stage, {}, target, lambda **_: None))
    return sorted(file.name for file in target.iterdir())


def test_what_is_digested_is_what_is_copied(model: Path) -> None:
    digest = model_digest(model)
    for name in TAKEN:
        whole = (model / name).read_bytes()
        (model / name).write_bytes(whole + b" ")
        assert model_digest(model) != digest, name
        (model / name).write_bytes(whole)
    for name in LEFT:
        (model / name).write_text("[]")
    assert model_digest(model) == digest
    taken = set(copied(model, digest))
    assert taken >= set(TAKEN)
    assert taken.isdisjoint(LEFT)


def test_a_folder_that_changed_since_the_plan_is_refused(model: Path) -> None:
    digest = model_digest(model)
    (model / "chat_template.jinja").write_text("[]")
    with pytest.raises(UserError, match="files of the model changed since the plan was made"):
        copied(model, digest)
