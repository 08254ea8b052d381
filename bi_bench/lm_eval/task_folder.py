"""The names and files of an exported task that bi_bench reads again: problems and benchmark."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import Benchmark, Problem
from bi_bench.artifacts.files import write_text

_BENCHMARK = "benchmark.json"
_PROBLEMS = "problems.jsonl"


class ExportedBenchmark(NamedTuple):
    """The benchmark of an exported task, enough to build it again.

    ``identity`` is that of content keys, parameters under "params" included; ``plugin_file`` is
    relative to the folder, empty for a benchmark of an installed package.
    """

    identity: Mapping[str, object]
    plugin_file: str

    def write(self, folder: Path) -> None:
        """Write ``benchmark.json``."""
        content = {"benchmark": dict(self.identity), "plugin_file": self.plugin_file}
        write_text(folder / _BENCHMARK, json.dumps(content, indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, folder: Path) -> ExportedBenchmark:
        """The inverse of :meth:`write`."""
        content = json.loads((folder / _BENCHMARK).read_text(encoding="utf-8"))
        return cls(content["benchmark"], content["plugin_file"])


def task_name(benchmark: str, split: str) -> str:
    """The task's name unless a user gives one: ``bi_bench_igsm_test_id``."""
    return re.sub(r"\W", "_", f"bi_bench_{benchmark}_{split}")


def is_exported(folder: Path) -> bool:
    """True if a folder holds an exported task, which another export may replace."""
    return (folder / _BENCHMARK).exists()


def write_problems(folder: Path, benchmark: Benchmark, problems: Sequence[Problem]) -> None:
    """Write ``problems.jsonl``, one problem a line with its prompt."""
    rows = [
        {
            "id": problem.id,
            "prompt": benchmark.ask(problem),
            "answer": problem.answer,
            "problem": problem.to_json(),
        }
        for problem in problems
    ]
    write_text(folder / _PROBLEMS, "".join(json.dumps(row) + "\n" for row in rows))


def read_documents(folder: Path) -> list[dict[str, str]]:
    """The problems as documents of lm-eval: id, prompt, answer, and the problem as JSON text.

    A text because columns of a dataset have one type, and metadata of problems need not.
    """
    lines = (folder / _PROBLEMS).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [{**row, "problem": json.dumps(row["problem"])} for row in rows]


def problem_of(document: Mapping[str, str]) -> Problem:
    """The problem of a document."""
    return Problem.from_json(json.loads(document["problem"]))
