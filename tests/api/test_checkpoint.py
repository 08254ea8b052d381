"""Folders that are no whole checkpoint, seen without torch."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from bi_bench.api import UserError
from bi_bench.api.checkpoint import check_checkpoint
from bi_bench_plugins.models.hub import Hub, HubParameters
from bi_bench_plugins.models.tiny import Tiny
from tests.conftest import present

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1981352\n"
WEIGHTS = "model.safetensors"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = present(Tiny().source().folder)
    return Path(shutil.copytree(source, tmp_path / "model"))


def change(file: Path, **keys: object) -> None:
    data = {**json.loads(file.read_text()), **keys}
    file.write_text(json.dumps({key: value for key, value in data.items() if value is not None}))


def shard(folder: Path) -> None:
    """The weights in two files and an index, as large models have them."""
    data = (folder / WEIGHTS).read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    names = sorted(header)
    places = {}
    for number, part in enumerate((names[::2], names[1::2]), 1):
        body, table = b"", {}
        for name in part:
            begin, end = header[name]["data_offsets"]
            blob = data[8 + length + begin : 8 + length + end]
            table[name] = {**header[name], "data_offsets": [len(body), len(body) + len(blob)]}
            body += blob
            places[name] = f"model-{number}.safetensors"
        text = json.dumps(table).encode()
        (folder / f"model-{number}.safetensors").write_bytes(
            struct.pack("<Q", len(text)) + text + body
        )
    (folder / WEIGHTS).unlink()
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps({"weight_map": places}))


def test_complete_folders_are_accepted(folder: Path) -> None:
    check_checkpoint(folder)
    shard(folder)
    check_checkpoint(folder)
    assert Hub(HubParameters(path=str(folder))).source().folder == folder


def cut(folder: Path) -> None:
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])


def lengthen(folder: Path) -> None:
    with (folder / WEIGHTS).open("ab") as file:
        file.write(b"\0")


def flip_length(folder: Path) -> None:
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[6] ^= 1
    (folder / WEIGHTS).write_bytes(data)


def bin_only(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")


def other_name(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "consolidated.safetensors")


def lost_shard(folder: Path) -> None:
    shard(folder)
    (folder / "model-2.safetensors").unlink()


def other_shard(folder: Path) -> None:
    shard(folder)
    shutil.copy(folder / "model-1.safetensors", folder / "model-2.safetensors")


def empty_index(folder: Path) -> None:
    shard(folder)
    (folder / f"{WEIGHTS}.index.json").write_text("{}")


FAULTS = [
    (cut, r"model\.safetensors: has \d+ bytes of \d+; copy it again"),
    (lengthen, r"model\.safetensors: has \d+ bytes of \d+"),
    (flip_length, r"model\.safetensors: not a safetensors file, or a damaged one"),
    (lambda f: (f / WEIGHTS).write_text(POINTER), r"model\.safetensors: a git-lfs pointer"),
    (lambda f: (f / WEIGHTS).write_text(""), r"model\.safetensors: not a safetensors file"),
    (lambda f: (f / "config.json").write_text(POINTER), r"config\.json: a git-lfs pointer"),
    (lambda f: (f / "config.json").write_text("{"), r"config\.json: not JSON"),
    (lambda f: (f / "config.json").write_text("[]"), r"config\.json: not a JSON object"),
    (lambda f: (f / "config.json").unlink(), r"no config\.json there"),
    (bin_only, r"no model\.safetensors .*it has pytorch_model\.bin: save it again"),
    (other_name, r"no model\.safetensors .*it has consolidated\.safetensors"),
    (lambda f: (f / "adapter_config.json").write_text("{}"), r"adapter_config\.json: adapters are"),
    (lost_shard, r"model-2\.safetensors: .*index\.json, but not found"),
    (other_shard, r"model-2\.safetensors: has no .*, which .*index\.json lists there"),
    (empty_index, r"index\.json: no weight_map there"),
    (lambda f: change(f / "tokenizer_config.json", eos_token=None), "eos_token is not set"),
]


@pytest.mark.parametrize(("fault", "message"), FAULTS)
def test_an_incomplete_folder_is_refused_before_anything_runs(
    folder: Path, fault: Callable[[Path], None], message: str
) -> None:
    fault(folder)
    with pytest.raises(UserError, match=message):
        Hub(HubParameters(path=str(folder))).source()


def test_a_folder_with_only_an_adapter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    (tmp_path / "adapter_model.safetensors").write_text("")
    with pytest.raises(UserError, match=r"adapter_config\.json: .*merge"):
        check_checkpoint(tmp_path)


def test_an_end_token_from_the_tokenizer_class_is_checked_on_loading(folder: Path) -> None:
    change(folder / "tokenizer_config.json", eos_token=None, tokenizer_class="GPT2Tokenizer")
    check_checkpoint(folder)
    (folder / "special_tokens_map.json").write_text('{"eos_token": "<eos>"}')
    change(folder / "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast")
    check_checkpoint(folder)
