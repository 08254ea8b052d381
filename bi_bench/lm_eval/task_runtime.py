"""Runs inside lm-eval: the documents of an exported task, and the grade of an answer.

The ``utils.py`` of a folder that :mod:`bi_bench.lm_eval.export_task` wrote calls these functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bi_bench.api import Benchmark
from bi_bench.lm_eval.task_folder import ExportedBenchmark, problem_of, read_documents
from bi_bench.plugins import discover
from bi_bench.stages.grading import graded

if TYPE_CHECKING:
    from datasets import Dataset


def problems(folder: Path) -> dict[str, Dataset]:
    """The split "test": the columns id, prompt, answer and problem (JSON), all of them texts."""
    from datasets import Dataset

    return {"test": Dataset.from_list(read_documents(folder))}


def grade(folder: Path, doc: Mapping[str, str], completion: str) -> dict[str, float]:
    """``acc`` and ``parsed``, 0 or 1, as the benchmark grades this completion; ``score`` where it has one.

    UserError if the benchmark that is installed is not the one that was exported.
    """
    verdict = graded(_benchmark(folder), problem_of(doc), completion)
    credit = {} if verdict.score is None else {"score": verdict.score}
    return {"acc": float(verdict.correct), "parsed": float(verdict.parsed), **credit}


@cache
def _benchmark(folder: Path) -> Benchmark:
    exported = ExportedBenchmark.read(folder)
    files = [folder / exported.plugin_file] if exported.plugin_file else []
    advice = f"export the task again ({folder})"
    return discover(files).build(Benchmark, exported.identity, if_changed=advice)
