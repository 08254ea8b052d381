"""Finds what ``lm_eval --log_samples`` left behind: which file holds the samples of which task.

lm-eval 0.4.3 and newer write ``<model>/samples_<task>_<date>.jsonl`` and beside them
``results_<date>.json``; 0.4.0 to 0.4.2 write ``<model arguments>_<task>.jsonl``, one JSON array
each, and beside them ``results.json``, which alone says where the name of the task begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import UserError
from bi_bench.api.text import read_json, text_lines

_NAME = re.compile(r"samples_(.+)_([^_]+)\.jsonl")
# Of a results file, those that are tables by task or by setting.
_TABLES = ("results", "configs", "versions", "n-shot", "higher_is_better", "config")


class Evaluation(NamedTuple):
    """The samples of one task and the settings they were made with, empty where no file has them.

    ``model`` is empty where nothing says what was evaluated.
    """

    task: str
    date: str
    samples: Path
    results: Mapping[str, Any]
    model: str


def find_evaluations(path: Path) -> list[list[Evaluation]]:
    """All that is in a folder or a single file of samples, by the folder that it is in.

    UserError where there is nothing, where a file is not called as lm-eval does it, and where a
    results file cannot be read: what it says may forbid a comparison.
    """
    if not path.exists():
        raise UserError(f"{path}: no such file or folder")
    if path.is_file():
        return [[_evaluation(path)]]
    found = [file for file in sorted(path.rglob("*.jsonl")) if file.is_file()]
    files = [file for file in found if _NAME.fullmatch(file.name)] or [*filter(is_array, found)]
    if not files:
        raise UserError(
            f"{path}: no samples there, neither samples_<task>_<date>.jsonl of lm-eval 0.4.3 and "
            "newer nor <model arguments>_<task>.jsonl of 0.4.0 to 0.4.2; run lm_eval with "
            f"--log_samples --output_path {path}"
        )
    folders: dict[Path, list[Evaluation]] = {}
    for file in files:
        folders.setdefault(file.parent, []).append(_evaluation(file))
    return list(folders.values())


def is_array(file: Path) -> bool:
    """Whether a JSONL file holds one array, as lm-eval before 0.4.3 wrote it."""
    return _first_line(file).startswith("[")


def _first_line(file: Path) -> str:
    return next((text.strip() for _, text, _ in text_lines(file) if text.strip()), "")


def _evaluation(file: Path) -> Evaluation:
    if match := _NAME.fullmatch(file.name):
        results = next(_results(file.parent, f"*_{match[2]}.json"), {})
        return Evaluation(match[1], match[2], file, results, str(results.get("model_name") or ""))
    if file.suffix != ".jsonl" or not is_array(file):
        raise UserError(
            f"{file}: not called samples_<task>_<date>.jsonl, as lm-eval does it since 0.4.3"
        )
    for results in _results(file.parent, "*.json*"):
        for task in sorted(results.get("configs") or results["results"], key=len, reverse=True):
            if file.stem.endswith(f"_{task}") and _made_of(file.stem, task, results):
                return Evaluation(task, "", file, results, _model(results))
    raise UserError(
        f"{file}: samples as lm-eval 0.4.0 to 0.4.2 writes them, but no results.json of the same "
        "evaluation beside them, which says what part of the name is the task's"
    )


def _results(folder: Path, pattern: str) -> Iterator[dict[str, Any]]:
    """The results files of a folder."""
    for file in sorted(folder.glob(pattern)):
        # Some had the results written into a .jsonl, in many lines as into any other.
        if not file.is_file() or (file.suffix == ".jsonl" and _first_line(file) != "{"):
            continue
        found = read_json(file)
        if not isinstance(found, dict) or "results" not in found:
            continue
        for part in _TABLES:
            if not isinstance(found.get(part, {}), Mapping):
                raise UserError(f"{file}: {part} is no table; not results as lm-eval writes them")
        yield found


def _arguments(results: Mapping[str, Any]) -> str:
    return str(results.get("config", {}).get("model_args") or "")


def _made_of(stem: str, task: str, results: Mapping[str, Any]) -> bool:
    """Whether the samples are of the model of the results, which a later evaluation replaced."""
    arguments = re.sub("[/=]", "__", _arguments(results))
    return not arguments or stem == f"{arguments}_{task}"


def _model(results: Mapping[str, Any]) -> str:
    """What was evaluated, in the results of old versions one of the arguments of the model."""
    named = re.search(r"(?:^|,)pretrained=([^,]+)", _arguments(results))
    return str(results.get("model_name") or (named[1] if named else _arguments(results)))
