"""Reads what ``lm_eval --log_samples`` leaves behind: scores by task, filter, metric and document.

A folder holds ``<model>/samples_<task>_<date>.jsonl``, one line a document and filter, and beside
them ``results_<date>.json`` with the settings. Digests of document, prompt and target are lm-eval's
where they are logged, else computed as lm-eval computes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import UserError, did_you_mean
from bi_bench.report.text import plain
from bi_bench.store import read_json

_NAME = re.compile(r"samples_(.+)_([^_]+)\.jsonl")
# What of a task's configuration decides scores and is not in the prompts.
DECISIVE = (
    "output_type",
    "generation_kwargs",
    "repeats",
    "filter_list",
    "metric_list",
    "process_results",
)
_FIELDS = (
    *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
    *("doc_hash", "prompt_hash", "target_hash"),
)
# Of results_*.json, those that are tables by task or by setting.
_TABLES = ("results", "configs", "versions", "n-shot", "higher_is_better", "config")
_LARGEST = 1e300  # more is no score, and neither is what is not finite
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Asked(NamedTuple):
    """Digests of what one document put before the model, and the cluster that it is in."""

    documents: str
    targets: str
    prompts: str
    generation: str
    cluster: str | None


@dataclass
class Task:
    """One task of one log. ``scores`` by (metric, filter) and document; means where one repeats.

    ``unusable`` says why a metric has no score a document; ``settings`` are the fields that two logs
    must share, by name; ``about`` are those that explain why prompts differ.
    """

    name: str
    asked: dict[str, Asked] = field(default_factory=dict)
    scores: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    unusable: dict[tuple[str, str], str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    higher_is_better: dict[str, Any] = field(default_factory=dict)
    reported: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False
    settled: bool = False  # whether results_*.json was there


@dataclass
class Log:
    """All tasks of one model."""

    name: str
    place: str
    tasks: dict[str, Task]
    notes: list[str]


def read_logs(paths: Sequence[Path], cluster: str = "") -> list[Log]:
    """The logs below folders, or in files, in order; ``cluster`` is a field of the documents.

    UserError where there are none, where a line is not what lm-eval writes, and where one folder
    holds a task of two models.
    """
    logs = [log for path in paths for log in _logs(path, cluster)]
    names = [log.name for log in logs]
    for log in logs:
        if names.count(log.name) > 1:
            log.name = log.place
    return logs


def _logs(path: Path, cluster: str) -> Iterator[Log]:
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    files = [path] if path.is_file() else sorted(path.rglob("samples_*.jsonl"))
    folders: dict[Path, list[Path]] = {}
    for file in files:
        if _NAME.fullmatch(file.name) is None:
            raise UserError(f"{file}: not called samples_<task>_<date>.jsonl, as lm-eval does")
        folders.setdefault(file.parent, []).append(file)
    if not folders:
        raise UserError(
            f"{path}: no samples_*.jsonl there; run lm_eval with --log_samples --output_path {path}"
        )
    for folder, found in folders.items():
        place = str(path) if len(folders) == 1 else str(folder)
        yield _log(found, place, cluster)


def _log(files: Iterable[Path], place: str, cluster: str) -> Log:
    by_task: dict[str, dict[str, Path]] = {}
    for file in files:
        match = _NAME.fullmatch(file.name)
        assert match is not None
        by_task.setdefault(match[1], {})[match[2]] = file
    models, tasks, notes = set(), {}, []
    for name, dated in by_task.items():
        results = {date: _results(file, date) for date, file in dated.items()}
        known = {str(found["model_name"]) for found in results.values() if "model_name" in found}
        if len(known) > 1:
            raise UserError(
                f"{place}: task {name} of several models ({', '.join(sorted(known))}) in one folder; "
                "name their samples_*.jsonl files instead"
            )
        models |= known
        date = max(dated)
        if len(dated) > 1:
            notes.append(f"{place}: {len(dated)} evaluations of {name}, the last counts ({date})")
        tasks[name] = _task(name, dated[date], results[date], cluster)
        if not tasks[name].settled:
            notes.append(
                f"{place}: no results file beside the samples of {name}, so few-shot settings and "
                "task version are known from the prompts alone"
            )
    if len(models) > 1:
        raise UserError(
            f"{place}: samples of several models ({', '.join(sorted(models))}) in one folder; name "
            "their samples_*.jsonl files instead"
        )
    return Log(_model(models.pop()) if models else place, place, tasks, notes)


def _model(name: str) -> str:
    """An id of the hub as it is; of a path the last part, so that no machine's paths are shown."""
    return plain(name.rstrip("/").rpartition("/")[2] if name.count("/") != 1 else name) or "model"


def _results(file: Path, date: str) -> dict[str, Any]:
    """The results of the same evaluation: ``results_<date>.json``, or the name that was asked for."""
    for other in sorted(file.parent.glob(f"*_{date}.json")):
        found = read_json(other)
        if found is not None and "results" in found:
            for part in _TABLES:
                if not isinstance(found.get(part, {}), Mapping):
                    raise UserError(
                        f"{other}: {part} is no table; not results as lm-eval writes them"
                    )
            return found
    return {}


def _task(name: str, file: Path, results: Mapping[str, Any], cluster: str) -> Task:
    task = Task(name, settled=bool(results))
    if results:
        config = _of(results, "configs", name)
        task.settings = {
            "version": results.get("versions", {}).get(name),
            "num_fewshot": results.get("n-shot", {}).get(name, config.get("num_fewshot")),
            **{key: _settled(config.get(key)) for key in DECISIVE},
        }
        task.about = {
            key: results.get(key)
            for key in ("system_instruction_sha", "chat_template_sha", "fewshot_as_multiturn")
        } | {"fewshot_seed": results.get("config", {}).get("fewshot_seed")}
        task.higher_is_better = _of(results, "higher_is_better", name)
        task.reported = _of(results, "results", name)
    counts: dict[tuple[str, str, str], int] = {}
    for place, row in _rows(file):
        try:
            _add(task, row, place, cluster, counts)
        except (TypeError, AttributeError, OverflowError) as error:
            raise UserError(f"{place}: {error}; not samples as lm-eval writes them") from None
    if not task.asked:
        raise UserError(f"{file}: no document in it")
    task.repeated = any(count > 1 for count in counts.values())
    for metric in task.unusable:
        task.scores.pop(metric, None)
    return task


def _of(results: Mapping[str, Any], part: str, name: str) -> dict[str, Any]:
    found = results.get(part, {}).get(name) or {}
    return dict(found) if isinstance(found, Mapping) else {}


def _settled(value: Any) -> Any:
    """Without the addresses of functions, which differ from process to process."""
    return _ADDRESS.sub("", value) if isinstance(value, str) else value


def _rows(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The lines with where they are."""
    number = 0
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict) or "doc_id" not in row:
                        raise ValueError("not an object with a doc_id")
                    yield f"{file}:{number}", row
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{file}:{number}: {error}; not samples as lm-eval writes them") from None


def _add(
    task: Task, row: Mapping[str, Any], place: str, cluster: str, counts: dict[Any, int]
) -> None:
    document = str(row["doc_id"])
    asked = _asked(row, place, cluster)
    if task.asked.setdefault(document, asked) != asked:
        raise UserError(f"{place}: doc_id {document} stands for two documents or prompts")
    name = str(row.get("filter", "none"))
    # Old versions name no metrics: then it is whatever else the line has.
    for metric in row.get("metrics") or (key for key in row if key not in _FIELDS):
        kind = (str(metric), name)
        value = row.get(metric)
        if isinstance(value, bool | int | float) and abs(value) < _LARGEST:
            scores = task.scores.setdefault(kind, {})
            # The mean of several answers to a document, without keeping them.
            n = counts[(*kind, document)] = counts.get((*kind, document), 0) + 1
            scores[document] = scores.get(document, 0.0) + (value - scores.get(document, 0.0)) / n
        else:
            reason = (
                "it has no score for each document" if isinstance(value, list) else "not a number"
            )
            task.unusable.setdefault(kind, f"{reason} (doc_id {document})")


def _asked(row: Mapping[str, Any], place: str, cluster: str) -> Asked:
    requests, doc = _requests(row.get("arguments")), row.get("doc")
    prompts = [request[0] for request in requests if request]
    return Asked(
        row.get("doc_hash") or _digest(json.dumps(doc, indent=2, ensure_ascii=False)),
        row.get("target_hash") or _digest(str(row.get("target"))),
        # lm-eval's digest is of the first prompt alone.
        _digest(json.dumps(prompts)) if prompts else str(row.get("prompt_hash")),
        _digest(json.dumps([request[1:] for request in requests])),
        _cluster(doc, cluster, place) if cluster else None,
    )


def _requests(arguments: Any) -> list[list[Any]]:
    """The arguments of each request for a document, in either way of writing them.

    The prompt comes first, then how to generate, or a choice to rank.
    """
    requests = arguments.values() if isinstance(arguments, dict) else arguments or ()
    return [
        list(request.values() if isinstance(request, dict) else request) for request in requests
    ]


def _cluster(doc: Any, cluster: str, place: str) -> str:
    found = doc
    for part in cluster.split("."):
        if not isinstance(found, dict) or part not in found:
            known = list(found) if isinstance(found, dict) else []
            hint = did_you_mean(part, known) or f"; fields: {', '.join(known) or 'none'}"
            raise UserError(f'{place}: the document has no field "{cluster}"{hint}')
        found = found[part]
    return json.dumps(found, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
