"""A benchmark with a graph in one short file gets every graph strategy, verified step by step."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Benchmark, Strategy, UserError, verify
from bi_bench.artifacts.problems import read_problems, write_problems
from bi_bench.artifacts.tables import read_rows
from bi_bench.plugins import discover
from bi_bench.stages import augment
from bi_bench.stages.context import StageContext
from bi_bench.testing import toy_graph

TOY = Path(toy_graph.__file__).read_text()
WRONG = TOY.replace("= {value};", "= {value + 1};")
STRATEGIES: dict[str, dict[str, Any]] = {
    "vanilla": {},
    "bridge": {"reflection": 0.8, "analysis": 4},
    "sabotage": {"share": 1.0},
}


def augmented(folder: Path, source: str, strategy: str) -> tuple[Benchmark, Path]:
    """The augment stage over 40 toy problems, run as a worker runs it."""
    file = folder / "toy.py"
    file.write_text(source)
    registry = discover([file])
    entries = registry.get(Benchmark, "toy-graph"), registry.get(Strategy, strategy)
    identity = {
        "seed": 1,
        "benchmark": {**entries[0].identity(), "params": {}},
        "strategy": {**entries[1].identity(), "params": STRATEGIES[strategy]},
    }
    benchmark = entries[0].cls()
    problems, out = folder / "problems", folder / "augment"
    problems.mkdir()
    out.mkdir()
    write_problems(problems, list(benchmark.problems("sft", 40, random.Random(0))))
    stage = {"identity": identity, "plugin_files": [str(file)]}
    augment.run(StageContext.make(stage, {"problems": problems}, out, lambda **_: None))
    return benchmark, folder


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_graph_strategy_works_on_a_benchmark_in_one_short_file(
    tmp_path: Path, strategy: str
) -> None:
    assert len(TOY.splitlines()) <= 150
    benchmark, folder = augmented(tmp_path, TOY, strategy)
    summary = json.loads((folder / "augment" / "summary.json").read_text())
    assert summary["examples"] == 40
    rows = read_rows(folder / "augment" / "examples.parquet")
    injected: set[str] = set()
    for problem, row in zip(read_problems(folder / "problems"), rows, strict=True):
        assert problem.graph is not None
        verdicts = verify(problem.graph, benchmark.steps(problem, row["completion"]))
        spans = json.loads(row["spans"])
        said = {span["step"] for span in spans if span["kind"] != "subgoal"}
        assert len(verdicts) == len(said)  # every step is read back, none is left out
        assert all(v.right for v in verdicts) == (strategy != "sabotage")
        assert benchmark.grade(problem, row["completion"]).parsed
        injected |= {span["kind"] for span in spans if span["injected"]}
    everything = {"attempt", "return", "restate", "subgoal"}
    assert injected == (everything if strategy == "bridge" else set())
    assert (summary["wrong_lines"] > 0) == (strategy == "sabotage")


def test_a_benchmark_that_speaks_wrong_values_is_caught(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'benchmark "toy-graph", .* the words of a right step'):
        augmented(tmp_path, WRONG, "vanilla")
