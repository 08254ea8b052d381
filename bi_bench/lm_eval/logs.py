"""Reads what ``lm_eval --log_samples`` leaves behind: scores by task, filter, metric and document.

Samples are a line a document and filter. Digests of document, prompt and target are lm-eval's
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
from bi_bench.api.text import JsonLine, json_lines, read_json
from bi_bench.lm_eval.filters import Unlabelled
from bi_bench.lm_eval.log_files import Evaluation, find_evaluations, is_array
from bi_bench.report.text import plain

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
_PLACEHOLDER = "bypass"  # 999 everywhere
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
    folders = find_evaluations(path)
    for found in folders:
        place = str(path) if len(folders) == 1 else str(found[0].samples.parent)
        yield _log(found, place, cluster)


def _log(evaluations: Sequence[Evaluation], place: str, cluster: str) -> Log:
    by_task: dict[str, list[Evaluation]] = {}
    for evaluation in evaluations:
        by_task.setdefault(evaluation.task, []).append(evaluation)
    tasks, notes = {}, []
    for name, found in by_task.items():
        _check_models(found, f"{place}: task {name}")
        last = max(found, key=lambda each: each.date)
        if len(found) > 1 and not last.date:
            raise UserError(
                f"{place}: several evaluations of {name} beside one results file; "
                "give each a folder of its own"
            )
        if len(found) > 1:
            notes.append(
                f"{place}: {len(found)} evaluations of {name}, the last counts ({last.date})"
            )
        tasks[name] = _task(last, cluster)
        if not tasks[name].settled:
            notes.append(
                f"{place}: no results file beside the samples of {name}, so few-shot settings and "
                "task version are known from the prompts alone"
            )
    _check_models(evaluations, f"{place}: samples")
    model = next((each.model for each in evaluations if each.model), "")
    return Log(_model(model) if model else place, place, tasks, notes)


def _check_models(evaluations: Iterable[Evaluation], what: str) -> None:
    models = sorted({each.model for each in evaluations if each.model})
    if len(models) > 1:
        raise UserError(
            f"{what} of several models ({', '.join(models)}) in one folder; name their *.jsonl files "
            "instead"
        )


def _model(name: str) -> str:
    """An id of the hub as it is; of a path the last part, so that no machine's paths are shown."""
    return plain(name.rstrip("/").rpartition("/")[2] if name.count("/") != 1 else name) or "model"


def _task(evaluation: Evaluation, cluster: str) -> Task:
    name, file, results = evaluation.task, evaluation.samples, evaluation.results
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
    filters = Unlabelled(task.reported, task.settings.get("filter_list"))
    for place, row in _rows(file):
        try:
            named = str(
                row["filter"] if "filter" in row else filters.name(str(row["doc_id"]), place)
            )
            _add(task, row, named, place, cluster, counts)
        except (TypeError, AttributeError, OverflowError) as error:
            raise UserError(f"{place}: {error}; not samples as lm-eval writes them") from None
    if not task.asked:
        raise UserError(f"{file}: no document in it")
    task.unusable |= filters.doubtful(task.scores, file)
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
    """The samples with where they are: a line each, or all in one array."""
    array = read_json(file) if is_array(file) else None
    rows = json_lines(file) if array is None else map(JsonLine, range(1, len(array) + 1), array)
    for number, row, fault in rows:
        place = f"{file}:{number}" if array is None else f"{file}: sample {number}"
        if not fault and (not isinstance(row, dict) or "doc_id" not in row):
            fault = "not an object with a doc_id"
        if fault:
            raise UserError(f"{place}: {fault}; not samples as lm-eval writes them")
        yield place, row


def _add(
    task: Task,
    row: Mapping[str, Any],
    name: str,
    place: str,
    cluster: str,
    counts: dict[Any, int],
) -> None:
    document = str(row["doc_id"])
    asked = _asked(row, place, cluster)
    if task.asked.setdefault(document, asked) != asked:
        raise UserError(f"{place}: doc_id {document} stands for two documents or prompts")
    # Old versions name no metrics: then it is whatever else the line has.
    for metric in row.get("metrics") or (key for key in row if key not in _FIELDS):
        kind = (str(metric), name)
        value = row.get(metric)
        if metric == _PLACEHOLDER:
            task.unusable[kind] = "what --predict_only writes in the place of a score"
        elif isinstance(value, bool | int | float) and abs(value) < _LARGEST:
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
