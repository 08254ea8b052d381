"""A model is loaded whole or not at all, and saved only if every number of it is finite."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from bi_bench.api import UserError
from bi_bench.store import Store
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import TrainingJob
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, train_sft
from bi_bench_plugins.models.tiny import Tiny
from tests.factories import commit

State = dict[str, torch.Tensor]
LAYER = "model.layers.2."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = Tiny().source().folder
    assert source is not None
    return Path(shutil.copytree(source, tmp_path / "model"))


def resave(folder: Path, change: Callable[[State], State]) -> None:
    file = folder / "model.safetensors"
    save_file(change(load_file(file)), file, metadata={"format": "pt"})


def configure(folder: Path, name: str, **keys: Any) -> None:
    data = {**json.loads((folder / name).read_text()), **keys}
    (folder / name).write_text(json.dumps({k: v for k, v in data.items() if v is not None}))


def first(state: State, change: Callable[[torch.Tensor], torch.Tensor]) -> State:
    name = next(iter(state))
    return {**state, name: change(state[name])}


CHANGES: list[tuple[Callable[[State], State], str]] = [
    (
        lambda state: {k: v for k, v in state.items() if not k.startswith(LAYER)},
        r"model\.layers\.2\.\S+, .* more missing",
    ),
    (lambda state: {**state, "other.weight": torch.zeros(2)}, r"other\.weight of another model"),
    (lambda state: first(state, lambda v: v[:-1].clone()), "of another shape"),
    (lambda state: first(state, lambda v: v * float("nan")), "weights that are not finite: model"),
    (lambda state: first(state, lambda v: v / 0), "weights that are not finite: model"),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_weights_that_are_not_those_of_the_model_are_refused(
    folder: Path, change: Callable[[State], State], message: str
) -> None:
    resave(folder, change)
    with pytest.raises(UserError, match=rf"{folder}: .*{message}"):
        Checkpoint.load(folder, Numerics())


def test_a_flipped_bit_in_the_name_of_a_tensor_is_no_random_tensor(folder: Path) -> None:
    file = folder / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[data.index(b"model.layers.1.") + 3] ^= 1
    file.write_bytes(data)
    with pytest.raises(UserError, match=r"missing; .* of another model"):
        Checkpoint.load(folder, Numerics())


def test_a_head_is_missing_unless_it_is_tied(folder: Path) -> None:
    assert "lm_head.weight" not in load_file(folder / "model.safetensors")
    Checkpoint.load(folder, Numerics())
    configure(folder, "config.json", tie_word_embeddings=False)
    with pytest.raises(UserError, match=r"lm_head\.weight missing"):
        Checkpoint.load(folder, Numerics())


def test_decoding_habits_that_cannot_be_saved_are_dropped(folder: Path, tmp_path: Path) -> None:
    configure(folder, "generation_config.json", temperature=0.9, top_p=0.6, _from_model_config=None)
    Checkpoint.load(folder, Numerics()).save(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved" / "generation_config.json").read_text())
    assert saved["eos_token_id"] == 2
    assert "top_p" not in saved


def test_a_tokenizer_that_cannot_be_read_or_has_no_end_is_refused(folder: Path) -> None:
    tokenizer = folder / "tokenizer.json"
    whole = tokenizer.read_text()
    tokenizer.write_text('{"version": "1.0"}')
    with pytest.raises(UserError, match=f"cannot load a tokenizer from {folder}"):
        Checkpoint.load(folder, Numerics())
    tokenizer.write_text(whole)
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(UserError, match="no end-of-sequence token"):
        Checkpoint.load(folder, Numerics())


def test_what_a_stage_saved_is_verified_when_it_is_loaded(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    stage = {"kind": "sft", "label": "vanilla", "identity": {"n": 1}, "parents": {}}
    with store.begin("ab" * 32) as work:
        for place in (work.folder, work.folder / "checkpoints" / "4"):
            shutil.copytree(folder, place, dirs_exist_ok=True)
        commit(work, stage, {})
    made = store.folder("ab" * 32)
    Checkpoint.load(made, Numerics())
    kept = made / "checkpoints" / "4"
    data = bytearray((kept / "model.safetensors").read_bytes())
    data[len(data) // 2] ^= 1  # the last digit of one weight
    (kept / "model.safetensors").write_bytes(data)
    with pytest.raises(
        UserError, match=r"4/model\.safetensors .*the stage sft · vanilla is damaged"
    ):
        Checkpoint.load(kept, Numerics())


def test_a_model_that_is_not_finite_is_not_saved(tiny: Checkpoint, tmp_path: Path) -> None:
    with torch.no_grad():
        next(tiny.model.parameters()).view(-1)[0] = float("inf")
    with pytest.raises(UserError, match="training left weights that are not finite"):
        tiny.save(tmp_path / "saved")
    assert not (tmp_path / "saved").exists()


def test_training_that_diverges_ends_at_its_step(tiny: Checkpoint, tmp_path: Path) -> None:
    settings = SFTSettings(
        *(1.0, 2, 1e30, "constant", 0.0, 0.0, 1.0, 64),
        micro_batch_size=2,
        gradient_checkpointing=False,
        loss_on="all",
    )
    with pytest.raises(
        UserError, match=r"training diverged: (loss|grad_norm) is nan at step 2 of 3"
    ):
        train_sft(
            TrainingJob(tiny, Numerics(), 1, tmp_path),
            Demonstrations(["a 6 . "] * 6, ["b 6 . "] * 6),
            settings,
        )
