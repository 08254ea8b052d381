"""The published record of a run: one file that holds all that its report is made of.

``record.json`` has a ``schema`` of its own, the run record whole, and of each stage that a cell
names the files in ``RESULTS``: no samples, no weights, no logs, no paths of the machine. Opened, it
is a store: whatever reads a run in a store reads a published one too.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.api import UserError
from bi_bench.api.text import read_json
from bi_bench.report.answers.samples import from_answers
from bi_bench.report.build.pairs import read_result
from bi_bench.report.publishing.fold import LARGEST, fold, unfold
from bi_bench.report.publishing.paths import without_paths
from bi_bench.store import Store, write_text

# Raise it when a record of before would be misread; docs/publishing.md says what else to do then.
SCHEMA = 1
FILE = "record.json"

# The results of a stage by name, whatever its kind: what a tokenizer, a model or an outside trainer
# leaves in the folder is not in the list, nor is anything below a subfolder.
RESULTS = (
    "stage.json",
    "costs.json",
    "outcomes.json",
    "summary.json",
    "table.json",
    "overlap.json",
    "source.json",
    "history.jsonl",
)
_FAILURE = "failed.json"  # kept beside the folder of a stage; its traceback and log stay at home
_FAILURE_FIELDS = ("type", "message", "user")
_LONGEST_NAME = 200  # file systems end at 255, and names get endings
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def pack(record: Mapping[str, Any], store: Store, name: str = "") -> dict[str, Any]:
    """The published record of a run, as the JSON object of ``record.json``.

    The same run gives the same record. Stages that are not there are left out, failures kept.
    UserError where a result is damaged.
    """
    keys = sorted({key for cell in record["cells"] for key in cell["stages"].values()})
    stages = {key: files for key in keys if (files := _files(store, key))}
    content = {"run": dict(record), "stages": stages}
    # Folded first: each text is looked at once.
    folded, shared = map(without_paths, fold(content))
    return {"schema": SCHEMA, "name": name, "shared": shared, **folded}


def to_text(packed: Mapping[str, Any]) -> str:
    """The text of ``record.json``: a line for each stage and each shared value."""
    lines = [f'"schema": {packed["schema"]}', f'"name": {_compact(packed["name"])}']
    lines.append(f'"run": {_compact(packed["run"])}')
    shared = ",\n".join(map(_compact, packed["shared"]))
    stages = ",\n".join(f"{_compact(key)}: {_compact(v)}" for key, v in packed["stages"].items())
    lines += [f'"shared": [\n{shared}\n]', f'"stages": {{\n{stages}\n}}']
    return "{\n" + ",\n".join(lines) + "\n}\n"


def open_record(path: Path) -> tuple[dict[str, Any], Store]:
    """The run record and a store with its stages; ``path`` is a record.json or its folder.

    The store lies in a temporary folder that goes when nothing refers to the store any more. It
    holds the run too, by its name. UserError where the file is missing, damaged, or of another schema.
    """
    file = path / FILE if path.is_dir() else path
    name, run, stages = _read(file)
    root = Path(tempfile.mkdtemp(prefix="bi-bench-record-"))
    store = Store(root, published=True)
    weakref.finalize(store, shutil.rmtree, root, ignore_errors=True)
    try:
        for key, files in stages.items():
            for result, content in files.items():
                place = store.stages / f"{key}.{result}" if result == _FAILURE else None
                target = place or store.folder(key) / result
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_result_text(result, content), encoding="utf-8")
        if name:
            store.write_run(name, run)
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{file}: damaged ({type(error).__name__}: {error})") from None
    return run, store


def write_record(file: Path, record: Mapping[str, Any], store: Store, name: str) -> None:
    """Pack a run and write the file, atomically."""
    write_text(file, to_text(pack(record, store, name)))


def record_name(path: Path) -> str:
    """The name of the run in a record.json or its folder."""
    return _read(path / FILE if path.is_dir() else path)[0]


def _files(store: Store, key: str) -> dict[str, Any]:
    files: dict[str, Any] = {}
    if store.has(key):
        folder = store.folder(key)
        results = [name for name in RESULTS[1:] if (folder / name).is_file()]
        files = {RESULTS[0]: store.record(key)} | {n: _result(folder / n) for n in results}
        if "outcomes.json" in files:
            # The answers are not in the record, so what reports take from them is written down.
            files["outcomes.json"] = {**from_answers(folder), **files["outcomes.json"]}
    if failure := store.failure(key):
        files[_FAILURE] = {n: v for n, v in failure.items() if n in _FAILURE_FIELDS}
    return files


def _result(file: Path) -> Any:
    if file.suffix != ".jsonl" and file.name != "table.json":
        return read_result(file)
    try:
        text = file.read_text(encoding="utf-8")
        return (
            [*map(json.loads, text.splitlines())] if file.suffix == ".jsonl" else json.loads(text)
        )
    except (OSError, ValueError) as error:
        message = f"{file}: {error}; delete {file.parent} and run the suite again"
        raise UserError(message) from None


def _result_text(name: str, content: Any) -> str:
    if name.endswith(".jsonl"):
        return "".join(json.dumps(row) + "\n" for row in content)
    return json.dumps(content) + "\n"


def _read(file: Path) -> tuple[str, dict[str, Any], dict[str, dict[str, Any]]]:
    try:
        if file.is_file() and (size := file.stat().st_size) > LARGEST:
            raise UserError(f"{file}: it has {size} bytes")
        data = read_json(file)
    except UserError as error:
        raise UserError(f"{error}; no published record can be read there") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA or "stages" not in data:
        raise UserError(
            f"{file}: not a published record of schema {SCHEMA} (schema: {schema}); this needs the "
            f"{FILE} that `bi-bench publish` writes, of a bi_bench no newer than this one"
        )
    try:
        content = unfold({"run": data["run"], "stages": data["stages"]}, data["shared"])
        for key, files in content["stages"].items():
            _check_names(key, *files)
        if data["name"]:
            _check_names(data["name"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise UserError(f"{file}: damaged ({type(error).__name__}: {error})") from None
    return data["name"], content["run"], content["stages"]


def _check_names(*names: str) -> None:
    """ValueError unless all of them can name a file in a folder, and nothing outside of it."""
    for name in names:
        if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
            raise ValueError(f'"{name:.60}" cannot name a run, a stage or a result')


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
