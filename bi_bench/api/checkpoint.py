"""Inspects a checkpoint folder without loading it: files, headers, the end-of-sequence token."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bi_bench.api.errors import UserError

_WEIGHTS = "model.safetensors"
_INDEX = "model.safetensors.index.json"
_ADAPTER = "adapter_config.json"
_POINTER = b"version https://git-lfs"
# Tokenizer classes without an end token of their own.
_PLAIN = (None, "PreTrainedTokenizerFast", "PreTrainedTokenizer", "TokenizersBackend")
_LONGEST_HEADER = 100_000_000  # the limit of the format


def check_checkpoint(folder: Path) -> None:
    """Refuse a folder that is no whole causal language model of transformers' format.

    UserError names the file: adapters, weights that are no safetensors, pointers of git-lfs, files
    that are cut short or missing, a tokenizer without end-of-sequence token.
    """
    if (folder / _ADAPTER).is_file():
        raise UserError(
            f"{folder / _ADAPTER}: adapters are not loaded; merge them into the weights they were "
            "trained on (`merge_and_unload` of peft), or move adapter_* out of the folder"
        )
    _read(folder, "config.json", "a checkpoint folder needs one")
    _check_end(folder)
    if (folder / _WEIGHTS).is_file():
        _header(folder / _WEIGHTS)
    elif (folder / _INDEX).is_file():
        _check_shards(folder)
    else:
        others = sorted(path.name for path in folder.iterdir() if path.suffix in _OTHERS)
        found = (
            f"; it has {', '.join(others[:3])}: save it again with transformers" if others else ""
        )
        raise UserError(f"{folder}: no {_WEIGHTS} and no {_INDEX} there{found}")


_OTHERS = (".bin", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".safetensors")


def _check_end(folder: Path) -> None:
    name = "tokenizer_config.json"
    if not (folder / name).is_file():
        return  # loading will say what is missing
    config, special = _read(folder, name), {}
    if (folder / "special_tokens_map.json").is_file():
        special = _read(folder, "special_tokens_map.json")
    undecided = "eos_token" not in config and config.get("tokenizer_class") not in _PLAIN
    if not (config.get("eos_token") or special.get("eos_token") or undecided):
        raise UserError(
            f"{folder / name}: eos_token is not set; no answer would ever end. Set it to the token that "
            "ends a text"
        )


def _check_shards(folder: Path) -> None:
    names = _read(folder, _INDEX).get("weight_map")
    if not isinstance(names, dict) or not names:
        raise UserError(f"{folder / _INDEX}: no weight_map there; copy the file again")
    headers = {}
    for shard in sorted(map(str, names.values())):
        if shard not in headers:
            if not (folder / shard).is_file():
                raise UserError(f"{folder / shard}: listed in {_INDEX}, but not found")
            headers[shard] = _header(folder / shard)
    for tensor, shard in names.items():
        if tensor not in headers[str(shard)]:
            raise UserError(f"{folder / str(shard)}: has no {tensor}, which {_INDEX} lists there")


def _header(file: Path) -> dict[str, Any]:
    """The tensors of a safetensors file by name; UserError unless the file is as long as they are."""
    with file.open("rb") as stream:
        start = stream.read(len(_POINTER))
        if start == _POINTER:
            raise UserError(
                f"{file}: a git-lfs pointer instead of weights; run `git lfs pull` there"
            )
        length = int.from_bytes(start[:8], "little")
        stream.seek(8)
        text = stream.read(length) if length <= _LONGEST_HEADER else b""
    try:
        header: dict[str, Any] = json.loads(text)
        end = max((tensor["data_offsets"][1] for tensor in _tensors(header)), default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise UserError(
            f"{file}: not a safetensors file, or a damaged one; copy it again"
        ) from None
    size, wanted = file.stat().st_size, 8 + length + end
    if size != wanted:
        raise UserError(f"{file}: has {size} bytes of {wanted}; copy it again completely")
    return header


def _tensors(header: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (tensor for name, tensor in header.items() if name != "__metadata__")


def _read(folder: Path, name: str, need: str = "") -> dict[str, Any]:
    file = folder / name
    if not file.is_file():
        raise UserError(f"{folder}: no {name} there{'; ' * bool(need)}{need}")
    text = file.read_bytes()
    if text.startswith(_POINTER):
        raise UserError(f"{file}: a git-lfs pointer; run `git lfs pull` there")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{file}: not JSON ({error}); copy it again") from None
    if not isinstance(data, dict):
        raise UserError(f"{file}: not a JSON object; copy it again")
    return data
