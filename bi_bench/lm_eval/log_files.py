"""Finds the files that ``lm_eval --log_samples`` wrote, and which of them holds which task.

lm-eval 0.4.3 and newer write ``<model>/samples_<task>_<date>.jsonl`` and next to them
``results_<date>.json``; 0.4.0 to 0.4.2 write ``<model arguments>_<task>.jsonl``, one JSON array
each, and next to them ``results.json``, without which it is unknown where the task's name begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.api.text import text_lines
from bi_bench.lm_eval.results_file import ResultsFile, read_results

_NAME = re.compile(r"samples_(.+)_([^_]+)\.jsonl")


class Evaluation(NamedTuple):
    """One evaluation of one task: its samples, and the results file next to them if there is one.

    ``date`` and ``model`` are empty where no file has them.
    """

    task: str
    date: str
    samples: Path
    results: ResultsFile | None
    model: str


def find_evaluations(path: Path) -> list[list[Evaluation]]:
    """All evaluations below a folder, or that of a single file of samples, grouped by folder.

    UserError if there are none, if a file is not named as lm-eval names it, and if a results file
    cannot be read.
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
    """True if a JSONL file holds one array, as lm-eval before 0.4.3 wrote it."""
    return _first_line(file).startswith("[")


def _first_line(file: Path) -> str:
    return next((text.strip() for _, text, _ in text_lines(file) if text.strip()), "")


def _evaluation(file: Path) -> Evaluation:
    if match := _NAME.fullmatch(file.name):
        found = next(_results_files(file.parent, f"*_{match[2]}.json"), None)
        return Evaluation(match[1], match[2], file, found, found.model_name if found else "")
    if file.suffix != ".jsonl" or not is_array(file):
        raise UserError(
            f"{file}: not named samples_<task>_<date>.jsonl, as lm-eval 0.4.3 and newer name it"
        )
    for results in _results_files(file.parent, "*.json*"):
        # The longest first: the name of one task may end in that of another.
        for task in sorted(results.tasks, key=len, reverse=True):
            if file.stem.endswith(f"_{task}") and _same_model(file.stem, task, results):
                return Evaluation(task, "", file, results, _model(results))
    raise UserError(
        f"{file}: samples as lm-eval 0.4.0 to 0.4.2 writes them, but no results.json of the same "
        "evaluation next to them, which shows what part of the name is the task's"
    )


def _results_files(folder: Path, pattern: str) -> Iterator[ResultsFile]:
    for file in sorted(folder.glob(pattern)):
        # A user may have had the results written to a .jsonl: indented JSON, unlike samples.
        if not file.is_file() or (file.suffix == ".jsonl" and _first_line(file) != "{"):
            continue
        if (found := read_results(file)) is not None:
            yield found


def _same_model(stem: str, task: str, results: ResultsFile) -> bool:
    """True if samples and results are of one model; a later evaluation replaces the results."""
    arguments = re.sub("[/=]", "__", results.model_args)
    return not arguments or stem == f"{arguments}_{task}"


def _model(results: ResultsFile) -> str:
    """The model's name, which old versions wrote only among its arguments."""
    named = re.search(r"(?:^|,)pretrained=([^,]+)", results.model_args)
    return results.model_name or (named[1] if named else results.model_args)
