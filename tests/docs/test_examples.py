"""The example benchmarks of docs/examples: each runs through a suite, on the embedded model."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import SPLITS, Benchmark, Problem, Strategy, verify
from bi_bench.cli.options import ENTRY
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.plan.record import run_record
from bi_bench.plugins import discover
from bi_bench.report.content.report import Report
from bi_bench.report.content.rows import build_report
from bi_bench.report.tables.export import flat_rows
from bi_bench.report.tables.render import render
from bi_bench.stages.draw import draw
from bi_bench.stages.verified import verified
from bi_bench.store import Store
from bi_bench.suite import load_suite
from tests.factories import results

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PAGE = (EXAMPLES.parent / "authors" / "benchmark.md").read_text()
NAMES = ("sorting", "rechnen", "largest", "prices")
SUITE = """
name = "examples"
plugins = [{plugins}]
[matrix]
benchmarks = ["sorting", "rechnen", "largest", "prices"]
models = ["tiny"]
strategies = ["vanilla"]
algorithms = [{{ name = "grpo", steps = 1, prompts = 2, group = 2 }}]
seeds = [0]
[defaults]
data = {{ sft = 8, rl = 4, probe = 4, test = 6 }}
sft = {{ epochs = 1, batch_size = 8 }}
rollouts = {{ max_new_tokens = 8 }}
evaluate = {{ splits = ["test-id"], samples = 2 }}
probe = {{ samples = 2 }}
"""


def example(name: str) -> Benchmark:
    return discover([EXAMPLES / f"{name}.py"]).get(Benchmark, name).cls()


def problem(name: str) -> Problem:
    (found,) = example(name).problems("sft", 1, random.Random(0))
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a suite with all examples, its stages run one after the other."""
    folder = tmp_path_factory.mktemp("examples")
    file = folder / "examples.toml"
    file.write_text(SUITE.format(plugins=", ".join(f'"{EXAMPLES / name}.py"' for name in NAMES)))
    planned, store = plan_suite(load_suite(file)), Store(folder / "store")
    for stage in planned.stages:
        run_stage_here(store, stage, ENTRY)
    return build_report(results(run_record(planned, "")[1], store))


@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_no_other_example_than_the_one_that_runs(name: str) -> None:
    link = f"(../examples/{name}.py)"
    assert link in PAGE
    source = (EXAMPLES / f"{name}.py").read_text()
    if name in ("sorting", "prices"):
        assert f"```python\n{source}```" in PAGE
    assert "bi_bench_plugins" not in source
    assert set(re.findall(r"^from (bi_bench[\w.]*)", source, re.M)) <= {
        "bi_bench.api",
        "bi_bench.api.arithmetic",
        "bi_bench.api.expression",
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_splits_of_an_example_share_no_problem(name: str) -> None:
    benchmark = example(name)
    drawn = {split: draw(benchmark, split, 40, random.Random(1)) for split in SPLITS}
    for split, problems in drawn.items():
        assert len(problems) == 40
        for other in SPLITS[: SPLITS.index(split)]:
            for what in (shape, lambda each: each.question):
                assert not {what(one) for one in problems} & {what(two) for two in drawn[other]}


def shape(problem: Problem) -> object:
    return problem.id if problem.graph is None else problem.graph.structure_hash()


def test_every_example_runs_through_a_suite(report: Report) -> None:
    assert not report.skipped
    assert [row.benchmark for row in report.rows] == list(NAMES)
    for row in report.rows:
        assert row.greedy is not None
        assert row.sampled is not None
        assert row.partial == (row.benchmark == "sorting")
        assert (row.semantic is not None) == (row.benchmark == "rechnen")
        assert (row.derived is not None) == (row.benchmark == "prices")


def test_partial_credit_has_no_mcnemar_test_and_the_report_says_so_once(report: Report) -> None:
    by_name = {row.benchmark: row for row in report.rows}
    secondary = by_name["sorting"].secondary
    assert secondary is not None
    assert secondary.mcnemar is None
    assert by_name["largest"].secondary.mcnemar is not None  # type: ignore[union-attr]
    for text in (render(report, "terminal"), render(report, "markdown")):
        assert text.replace("\n  ", " ").count("for which there is no McNemar test") == 1
    assert "lenient pre" in render(report, "markdown")


def test_the_lenient_reading_is_a_column_only_where_a_benchmark_has_one(report: Report) -> None:
    with_it = flat_rows(report.rows)
    without = flat_rows([row for row in report.rows if row.benchmark != "rechnen"])
    assert set(with_it[0]) - set(without[0]) == {n for n in with_it[0] if n.endswith("_semantic")}
    assert with_it[0]["pre_semantic"] is None


@pytest.mark.parametrize(
    ("name", "completion", "expected"),
    [
        ("sorting", "{solution}", (True, True, 1.0, None)),
        ("sorting", "<answer> 9 9 9 9 9 </answer>", (False, True, 0.0, None)),
        ("sorting", "<answer> 0 </answer>", (False, False, 0.0, None)),
        ("rechnen", "{solution}", (True, True, None, True)),
        ("rechnen", "Es sind {answer}.", (False, False, None, True)),
        ("rechnen", "Antwort: 1\nAntwort: {answer}", (False, False, None, False)),
        ("largest", "<answer> (a) </answer> <answer> B </answer>", (False, False, None, None)),
        ("largest", "<answer> E </answer>", (False, True, None, None)),
    ],
)
def test_the_examples_grade_as_their_page_says(
    name: str, completion: str, expected: tuple[Any, ...]
) -> None:
    asked = problem(name)
    grade = example(name).grade(
        asked, completion.format(solution=asked.solution, answer=asked.answer)
    )
    assert (grade.correct, grade.parsed, grade.score, grade.semantic) == expected


def test_german_numbers_are_words_of_german() -> None:
    benchmark = example("rechnen")
    questions = {each.question for each in benchmark.problems("sft", 200, random.Random(3))}
    text = " ".join(questions)
    assert {"einundzwanzig", "sieben", "siebzehn", "dreißig"} & set(re.findall(r"[\wß]+", text))
    assert "einsund" not in text


@pytest.mark.parametrize("strategy", ["vanilla", "bridge", "premise-permutation", "sabotage"])
def test_graph_strategies_work_on_the_example_with_a_graph(strategy: str) -> None:
    benchmark = example("prices")
    arm = discover().get(Strategy, strategy).cls()
    for asked in benchmark.problems("sft", 12, random.Random(0)):
        made = verified(benchmark, arm, asked, seed=1)
        assert isinstance(made, list)
        assert asked.graph is not None
        for draft, solution, faults in made:
            verdicts = verify(asked.graph, benchmark.steps(asked, solution.text))
            assert all(verdict.right for verdict in verdicts) == (not faults)
            assert sorted(benchmark.ask(asked, draft.premise_order)) == sorted(benchmark.ask(asked))
