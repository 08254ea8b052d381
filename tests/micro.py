"""Suites that are small enough to run in a test's own process, stage after stage."""

from __future__ import annotations

from pathlib import Path

from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.plan.record import run_record
from bi_bench.report.data.results import Results
from bi_bench.store import Store
from bi_bench.suite import load_suite

ENTRY = "bi_bench.stages.worker:run_stage"
EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
LETTERS = '''
from bi_bench.api import Benchmark, Grade, Problem, hookimpl

WORDS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]


class Letters(Benchmark):
    """The next digit: words of the tiny model, and a text that n-grams learn."""
    name = "letters"
    provides = frozenset({"solution"})
    max_new_tokens = 4

    def problems(self, split, n, rng):
        for index in range(n):
            place = rng.randrange(9)
            answer = WORDS[place + 1]
            yield Problem(f"letters/{split}/{index}", WORDS[place], answer, solution=answer)

    def ask(self, problem, premise_order=None):
        return f"n1 {problem.question} . n1"

    def grade(self, problem, completion):
        answer = completion.strip()
        return Grade(answer == problem.answer, answer in WORDS, answer)


@hookimpl
def bi_bench_benchmarks():
    return [Letters]
'''
SUITE = """
name = "micro"
plugins = [{plugins}]
{top}
[matrix]
benchmarks = ["letters"]
models = [{models}]
strategies = ["vanilla"]
algorithms = [{algorithms}]
seeds = [0]
[defaults]
data = {{ sft = 8, rl = 8, probe = 4, test = 8 }}
sft = {{ epochs = 2, batch_size = 4, micro_batch_size = 4, learning_rate = 1e-3 }}
rollouts = {{ micro_batch_size = 8 }}
probe = {{ samples = 2 }}
evaluate = {{ samples = 2, splits = ["test-id"] }}
numerics = {{ device = "cpu", dtype = "float32" }}
"""


def micro_suite(
    folder: Path,
    *,
    plugins: dict[str, str],
    models: str = '"tiny"',
    algorithms: str = '{ name = "grpo", steps = 2, prompts = 4, group = 2, learning_rate = 1e-2 }',
    top: str = "",
) -> Path:
    """A suite on the benchmark "letters"; ``plugins`` are sources by the name of their file."""
    sources = {"letters.py": LETTERS, **plugins}
    for name, text in sources.items():
        (folder / name).write_text(text)
    named = ", ".join(f'"{name}"' for name in sources)
    file = folder / "suite.toml"
    file.write_text(SUITE.format(plugins=named, models=models, algorithms=algorithms, top=top))
    return file


def run_suite(file: Path, store: Path) -> Results:
    """Carry out every stage here; the error of the first that fails is raised."""
    graph, shelf = plan_suite(load_suite(file)), Store(store)
    for stage in graph.stages:
        run_stage_here(shelf, stage, ENTRY)
    name, record = run_record(graph, "bi-bench run")
    shelf.write_run(name, record)
    return Results(record, shelf, name)
