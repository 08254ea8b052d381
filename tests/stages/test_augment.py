"""The augment stage: what it writes for strategies of each kind."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Benchmark, Strategy, UserError
from bi_bench.artifacts.problems import write_problems
from bi_bench.artifacts.tables import read_rows
from bi_bench.plugins import discover
from bi_bench.stages import augment
from bi_bench.stages.context import StageContext
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters

BENCHMARK = {"tier": "embedded", "ops": [3, 6]}


def stage(
    tmp_path: Path,
    name: str,
    params: dict[str, Any],
    unkeyed: dict[str, Any],
    files: Sequence[Path] = (),
) -> Path:
    """The folder of an augment stage over eight problems."""
    registry = discover(files)
    source, folder = tmp_path / "problems", tmp_path / "augment"
    source.mkdir(exist_ok=True)
    folder.mkdir(exist_ok=True)
    benchmark = IGSM(IGSMParameters.model_validate(BENCHMARK, strict=False))
    write_problems(source, list(benchmark.problems("sft", 8, random.Random(1))))
    identity = {
        "benchmark": {**registry.get(Benchmark, "igsm").identity(), "params": BENCHMARK},
        "strategy": {**registry.get(Strategy, name).identity(), "params": params},
        "seed": 1,
    }
    described = {
        "identity": identity,
        "plugin_files": [*map(str, files)],
        "unkeyed": {"strategy": unkeyed},
    }
    augment.run(StageContext.make(described, {"problems": source}, folder, lambda **_: None))
    return folder


def test_prompts_have_the_premises_in_the_order_of_the_draft(tmp_path: Path) -> None:
    folder = stage(tmp_path, "premise-permutation", {"copies": 3}, {})
    rows = read_rows(folder / "examples.parquet")
    summary = json.loads((folder / "summary.json").read_text())
    assert len(rows) == summary["examples"] == 24
    assert len({row["prompt"] for row in rows}) == 24
    assert len({row["completion"] for row in rows}) <= 8


@pytest.mark.parametrize("name", ["chain-reordering", "filler", "shuffled-behaviours", "duplicate"])
def test_all_arms_pass_the_stage(tmp_path: Path, name: str) -> None:
    folder = stage(tmp_path, name, {}, {})
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["examples"] >= 8
    assert summary["wrong_lines"] == 0 or name == "shuffled-behaviours"


def test_rows_of_a_file_are_written_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "demos.jsonl"
    file.write_text('{"prompt": "a", "completion": "b"}\n{"prompt": "c", "completion": "d"}\n')
    rows = read_rows(stage(tmp_path, "from-file", {}, {"path": str(file)}) / "examples.parquet")
    assert [(row["id"], row["prompt"], row["completion"]) for row in rows] == [
        ("1", "a", "b"),
        ("2", "c", "d"),
    ]


PAIRS = """
from bi_bench.api import Decline, Example, Strategy, hookimpl

class Pairs(Strategy):
    'Each problem after another one.'
    name = "pairs"
    def drafts(self, problem, plan, context): return Decline("makes pairs")
    def examples(self, problems, context):
        order = context.rng.sample(problems, len(problems))
        for one, other in zip(order, order[1:]):
            yield Example(other.id, f"{context.ask(one)} {context.ask(other)}", other.answer)

@hookimpl
def bi_bench_strategies(): return [Pairs]
"""


def test_examples_may_be_made_of_all_problems(tmp_path: Path) -> None:
    file = tmp_path / "pairs.py"
    file.write_text(PAIRS)
    rows = read_rows(stage(tmp_path, "pairs", {}, {}, [file]) / "examples.parquet")
    assert len({row["id"] for row in rows}) == len(rows) == 7
    assert all(row["prompt"].count("<think>") == 2 for row in rows)
    again = tmp_path / "again"
    again.mkdir()
    assert rows == read_rows(stage(again, "pairs", {}, {}, [file]) / "examples.parquet")


def test_a_file_that_changed_since_the_plan_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "demos.jsonl"
    file.write_text('{"prompt": "a", "completion": "b"}\n')
    with pytest.raises(UserError, match="changed since the plan was made"):
        stage(tmp_path, "from-file", {"sha256": "0" * 64}, {"path": str(file)})
