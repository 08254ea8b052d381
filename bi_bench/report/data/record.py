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
from bi_bench.artifacts.artifact import read_plain
from bi_bench.artifacts.history import HISTORY, read_history
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.artifacts.stage_files import RESULTS
from bi_bench.report.data.fold import LARGEST, fold, unfold
from bi_bench.report.data.paths import without_paths
from bi_bench.report.data.results import Results
from bi_bench.report.data.votes import read_votes
from bi_bench.store import Store

# Raise it when older records would be misread; docs/publishing.md says what else to do then.
SCHEMA = 1
FILE = "record.json"

_FAILURE = "failed.json"  # next to the folder of a stage; its traceback and log are not published
_LONGEST_NAME = 200  # file systems end at 255, and names get endings
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def pack(results: Results) -> dict[str, Any]:
    """The published record of a run, as the JSON object of ``record.json``.

    The same run gives the same record. Stages that are not there are left out, failures kept.
    UserError where a result is damaged.
    """
    keys = results.record.stage_keys()
    stages = {key: files for key in keys if (files := _files(results, key))}
    content = {"run": results.record.to_json(), "stages": stages}
    # Folded first: each text is looked at once.
    folded, shared = map(without_paths, fold(content))
    return {"schema": SCHEMA, "name": results.name, "shared": shared, **folded}


def to_text(packed: Mapping[str, Any]) -> str:
    """The text of ``record.json``: a line for each stage and each shared value."""
    lines = [f'"schema": {packed["schema"]}', f'"name": {_compact(packed["name"])}']
    lines.append(f'"run": {_compact(packed["run"])}')
    shared = ",\n".join(map(_compact, packed["shared"]))
    stages = ",\n".join(f"{_compact(key)}: {_compact(v)}" for key, v in packed["stages"].items())
    lines += [f'"shared": [\n{shared}\n]', f'"stages": {{\n{stages}\n}}']
    return "{\n" + ",\n".join(lines) + "\n}\n"


def open_record(path: Path) -> Results:
    """The results in a published record; ``path`` is a record.json or its folder.

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
        record = RunRecord.parse(run, file)
        if name:
            store.write_run(name, record)
    except (ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{file}: damaged ({type(error).__name__}: {error})") from None
    return Results(record, store, name or record.suite.name, path)


def record_name(path: Path) -> str:
    """The name of the run in a record.json or its folder."""
    return _read(path / FILE if path.is_dir() else path)[0]


def _files(results: Results, key: str) -> dict[str, Any]:
    store = results.store
    files: dict[str, Any] = {}
    if store.has(key):
        folder = store.folder(key)
        there = [name for name in RESULTS[1:] if (folder / name).is_file()]
        files = {RESULTS[0]: store.record(key).content} | {n: _result(folder / n) for n in there}
        if Outcomes.FILE in files:
            # The answers are not in the record, so what reports take from them is written down.
            votes = read_votes(folder)
            added = votes._asdict() if votes else {}
            files[Outcomes.FILE] = {**added, **files[Outcomes.FILE]}
    if failure := store.failure(key):
        files[_FAILURE] = failure.published()
    return files


def _result(file: Path) -> Any:
    return read_history(file.parent) if file.name == HISTORY else read_plain(file)


def _result_text(name: str, content: Any) -> str:
    if name == HISTORY:
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
