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

TOY = '''
"""Prices that follow from each other, said as formulas."""
import re
from bi_bench.api import *
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import render

STEP = re.compile(r"(read|find|try|back|recall) ([a-z]+)([^;]*);")
KINDS = {"find": "compute", "try": "attempt", "back": "return", "recall": "restate"}


class Formulas(Voice):
    def read(self, quantity, value, said):
        return f"read {quantity.name} {value};"

    def compute(self, quantity, numeric, said):
        return f"find {quantity.name} {render(quantity.equation)} = {render(numeric)}"

    def subgoal(self, expression):
        return f"= {render(expression)}"

    def result(self, quantity, value):
        return f"= {value};"

    def attempt(self, quantity, missing, said):
        return f"try {quantity.name} {' '.join(missing)};"

    def back(self, quantity):
        return f"back {quantity.name};"

    def restate(self, quantity):
        return f"recall {quantity.name} {render(quantity.equation)};"

    def closing(self, quantity, value):
        return f"answer {value}"


class Toy(Benchmark):
    """Prices of a pen, a book, a bag and all together."""
    name = "toy"

    def problems(self, split, n, rng):
        for index in range(n):
            pen, book = rng.randrange(1, 9), rng.randrange(1, 9)
            bag = 2 * (pen + book)
            rows = [("total", ("+", ("*", 3, "pen"), "book", "bag"), 3 * pen + book + bag)]
            rows += [("bag", ("*", 2, ("+", "pen", "book")), bag)]
            rows += [("pen", pen, pen), ("book", book, book)]
            graph = ReasoningGraph(tuple(Quantity(*row) for row in rows), "total")
            yield Problem(f"toy/{split}/{index}", str(rows), str(rows[0][2]), graph)

    def ask(self, problem, premise_order=None):
        return problem.question

    def plan(self, problem, rng):
        return base_plan(problem.graph, "topological", rng)

    def speak(self, problem, plan, wording):
        return speak(problem.graph, plan, Formulas())

    def steps(self, problem, text):
        for found in STEP.finditer(text):
            kind, name, rest = KINDS.get(found[1], "read"), found[2], found[3]
            if kind == "attempt":
                yield Stated(kind, name, *found.span(), missing=tuple(rest.split()))
            else:
                chain = [parse_expression(part) for part in rest.split("=") if part]
                yield Stated(kind, name, *found.span(), tuple(chain))

    def grade(self, problem, completion):
        answer = completion.rpartition("answer ")[2]
        return Grade(answer == problem.answer, answer.isdigit(), answer)


@hookimpl
def bi_bench_benchmarks():
    return [Toy]
'''
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
    entries = registry.get(Benchmark, "toy"), registry.get(Strategy, strategy)
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
def test_every_graph_strategy_works_on_a_benchmark_of_sixty_lines(
    tmp_path: Path, strategy: str
) -> None:
    assert len([line for line in TOY.splitlines() if line.strip()]) <= 60
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
    with pytest.raises(UserError, match=r'benchmark "toy", .* the words of a right step'):
        augmented(tmp_path, WRONG, "vanilla")
