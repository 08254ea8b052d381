"""Reads the samples of a task, one for each document and filter: digests and scores.

Digests of document, prompt and target are lm-eval's where they are logged, else computed as lm-eval
computes them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError, did_you_mean
from bi_bench.api.text import JsonLine, json_lines, read_json
from bi_bench.lm_eval.log_files import is_array

_FIELDS = (
    *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
    *("doc_hash", "prompt_hash", "target_hash"),
)
_PLACEHOLDER = "bypass"  # 999 everywhere
_LARGEST = 1e300  # larger values, infinities and NaN are no scores


class Asked(NamedTuple):
    """Digests of what one document put to the model, and the cluster that the document is in."""

    documents: str
    targets: str
    prompts: str
    generation: str
    cluster: str | None


class Sample(NamedTuple):
    """One graded document. ``place``: file and line. ``filter``: None where the line names none.

    ``scores`` by metric name; ``unusable``: why a metric has no score here.
    """

    place: str
    document: str
    filter: str | None
    asked: Asked
    scores: Mapping[str, float]
    unusable: Mapping[str, str]


def read_samples(file: Path, cluster: str = "") -> Iterator[Sample]:
    """The samples of a file in order; ``cluster`` is a field of the documents, dots for inner ones.

    UserError naming file and line where a sample has not the shape that lm-eval writes.
    """
    array = read_json(file) if is_array(file) else None
    lines = json_lines(file) if array is None else map(JsonLine, range(1, len(array) + 1), array)
    for number, row, fault in lines:
        place = f"{file}:{number}" if array is None else f"{file}: sample {number}"
        if not fault and (not isinstance(row, dict) or "doc_id" not in row):
            fault = "not an object with a doc_id"
        if fault:
            raise _wrong_shape(place, fault)
        yield _sample(row, place, cluster)


def _wrong_shape(place: str, fault: str) -> UserError:
    return UserError(f"{place}: {fault}; not samples as lm-eval writes them")


def _sample(row: Mapping[str, object], place: str, cluster: str) -> Sample:
    document = str(row["doc_id"])
    scores: dict[str, float] = {}
    unusable: dict[str, str] = {}
    for metric in _metrics(row, place):
        value = row.get(metric)
        if metric == _PLACEHOLDER:
            unusable[metric] = "what --predict_only writes in the place of a score"
        elif isinstance(value, int | float) and abs(value) < _LARGEST:
            scores[metric] = float(value)
        else:
            reason = (
                "it has no score for each document" if isinstance(value, list) else "not a number"
            )
            unusable[metric] = f"{reason} (doc_id {document})"
    named = str(row["filter"]) if "filter" in row else None
    return Sample(place, document, named, _asked(row, place, cluster), scores, unusable)


def _metrics(row: Mapping[str, object], place: str) -> list[str]:
    """The names of the metrics; old versions do not list them: all fields that are not known."""
    listed = row.get("metrics") or [field for field in row if field not in _FIELDS]
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise _wrong_shape(place, "metrics is not a list of names")
    return listed


def _asked(row: Mapping[str, object], place: str, cluster: str) -> Asked:
    requests, document = _requests(row.get("arguments"), place), row.get("doc")
    prompts = [request[0] for request in requests if request]
    return Asked(
        str(row.get("doc_hash") or _digest(json.dumps(document, indent=2, ensure_ascii=False))),
        str(row.get("target_hash") or _digest(str(row.get("target")))),
        # lm-eval's digest is of the first prompt alone.
        _digest(json.dumps(prompts)) if prompts else str(row.get("prompt_hash")),
        _digest(json.dumps([request[1:] for request in requests])),
        _cluster(document, cluster, place) if cluster else None,
    )


def _requests(arguments: object, place: str) -> list[list[object]]:
    """The arguments of each request for a document: the prompt, then how to generate, or a choice.

    Newer versions write tables ("gen_args_0", "arg_0"), older ones lists.
    """
    return [_listed(request, place) for request in _listed(arguments or [], place)]


def _listed(value: object, place: str) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | str):
        return list(value)
    raise _wrong_shape(place, "arguments is not a list of requests")


def _cluster(document: object, cluster: str, place: str) -> str:
    found = document
    for part in cluster.split("."):
        if not isinstance(found, dict) or part not in found:
            known = list(found) if isinstance(found, dict) else []
            hint = did_you_mean(part, known) or f"; fields: {', '.join(known) or 'none'}"
            raise UserError(f'{place}: the document has no field "{cluster}"{hint}')
        found = found[part]
    return json.dumps(found, ensure_ascii=False)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
