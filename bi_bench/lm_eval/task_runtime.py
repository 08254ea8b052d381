"""What an exported lm-eval task calls: its problems as a dataset, and the grade of an answer.

The folder is that of :func:`bi_bench.lm_eval.export_task.write_lm_eval_task`; lm-eval, not bi_bench,
runs this code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bi_bench.api import Benchmark, Problem, UserError
from bi_bench.plugins import discover

if TYPE_CHECKING:
    from datasets import Dataset


def problems(folder: Path) -> dict[str, Dataset]:
    """The split "test": the columns id, prompt, answer and problem (JSON), all of them texts."""
    from datasets import Dataset

    lines = (folder / "problems.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    # As a text: columns of a dataset have one type, metadata of problems need not.
    return {"test": Dataset.from_list([{**r, "problem": json.dumps(r["problem"])} for r in rows])}


def grade(folder: Path, doc: Mapping[str, Any], completion: str) -> dict[str, float]:
    """``acc`` and ``parsed``, 0 or 1, as the benchmark grades this completion."""
    verdict = _benchmark(folder).grade(Problem.from_json(json.loads(doc["problem"])), completion)
    return {"acc": float(verdict.correct), "parsed": float(verdict.parsed)}


@cache
def _benchmark(folder: Path) -> Benchmark:
    content = json.loads((folder / "benchmark.json").read_text(encoding="utf-8"))
    wanted, file = content["benchmark"], content["plugin_file"]
    params = wanted.pop("params")
    registered = discover([folder / file] if file else ()).get("benchmarks", wanted["name"])
    if (found := registered.identity()) != wanted:
        raise UserError(
            f"{folder}: exported from {wanted}, but {found} is installed; export the task again"
        )
    benchmark = registered.cls(registered.cls.Params.model_validate(params, strict=False))
    assert isinstance(benchmark, Benchmark)
    return benchmark
