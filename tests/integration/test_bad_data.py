"""Bad data ends a stage with a message that says where it is: nothing is cut, dropped or trained on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bi_bench.api import UserError
from bi_bench.cli.options import ENTRY
from bi_bench.engines.single import run_stage_here
from bi_bench.plan import plan_suite
from bi_bench.plan.record import run_record
from bi_bench.report.content.rows import build_report
from bi_bench.store import Store
from bi_bench.suite import load_suite
from tests.factories import results

SUITE = """
name = "bad"
plugins = {plugins}
[matrix]
benchmarks = [{benchmark}]
models = ["tiny"]
strategies = [{strategy}]
algorithms = [{algorithm}]
seeds = [0]
[defaults]
data = {{ sft = 8, rl = 4, probe = 4, test = 4 }}
sft = {{ epochs = 1, batch_size = 8, micro_batch_size = 8, max_length = {max_length} }}
rollouts = {{ max_new_tokens = 8, micro_batch_size = 8 }}
evaluate = {{ splits = ["test-id"], samples = 0 }}
probe = {{ samples = 2 }}
"""
GRPO = '{ name = "grpo", steps = 1, prompts = 4, group = 2 }'
EXPERT = '{ name = "expert-iteration", steps = 1, prompts = 4, group = 2 }'
SUMS = '''
from bi_bench.api import Benchmark, Grade, Problem, Quantity, ReasoningGraph, hookimpl


class Sums(Benchmark):
    """Sums, some of them spoilt."""

    name = "sums"
    provides = frozenset({"solution"})

    def problems(self, split, n, rng):
        for i in range(NUMBER):
            yield self.problem(f"{split}/{i}", i)

    def problem(self, id, i):
        answer, question, graph = str(i + i), f"{i} + {i} =", None
        SPOILT
        return Problem(id, question, answer, graph, solution=answer)

    def ask(self, problem, premise_order=None):
        return problem.question

    def grade(self, problem, completion):
        said = int(completion) if completion.strip().isdigit() else None
        return Grade(said == int(problem.answer), said is not None)


@hookimpl
def bi_bench_benchmarks():
    return [Sums]
'''
CYCLE = (
    'if i == 2: graph = ReasoningGraph((Quantity("a", ("+", "b", 1), 2), '
    'Quantity("b", ("+", "a", 1), 3)), "a")'
)


def chairs(n: int, start: int = 0) -> list[str]:
    """Lines in the columns of GSM8K."""
    return [
        json.dumps(
            {
                "question": f"Hall {i} has 3 chairs more than {i}. How many is that?",
                "answer": f"It has {i}+3=<<{i}+3={i + 3}>>{i + 3}.\n#### {i + 3}",
            }
        )
        for i in range(start, start + n)
    ]


def sevenths(n: int, start: int = 0) -> list[str]:
    """Lines in the columns of MATH."""
    rows = [{"problem": f"What is ${i} + 7$?", "solution": f"It is $\\boxed{{{i + 7}}}$.",
             "level": "Level 2", "type": "Algebra"} for i in range(start, start + n)]  # fmt: skip
    return list(map(json.dumps, rows))


def told(folder: Path, name: str, lines: list[str], bad: list[str], part: str = "train") -> str:
    """The entry of a benchmark that reads files, ``bad`` lines at the end of one of them."""
    make = chairs if name == "gsm8k" else sevenths
    for file, n in (("train", 60), ("test", 8)):
        rows = (lines or make(n, 100 * n)) + (bad if file == part else [])
        (folder / f"{file}.jsonl").write_text("".join(f"{row}\n" for row in rows))
        lines = []
    return f'{{ name = "{name}", path = "{folder}", {"ood_steps" if name == "gsm8k" else "ood_level"} = 0 }}'


def suite(folder: Path, benchmark: str = '"sums"', spoilt: str = "", **parts: str) -> Path:
    number = parts.pop("number", "n")
    (folder / "sums.py").write_text(
        SUMS.replace("NUMBER", number).replace("SPOILT", spoilt or "pass")
    )
    parts = {"strategy": '"vanilla"', "algorithm": GRPO, "max_length": "2048", **parts}
    file = folder / "bad.toml"
    file.write_text(SUITE.format(plugins='["./sums.py"]', benchmark=benchmark, **parts))
    return file


def first_error(file: Path) -> tuple[str, str]:
    """Runs the stages one after the other: the kind of the first that fails, and its message."""
    store = Store(file.parent / "store")
    for stage in plan_suite(load_suite(file)).stages:
        try:
            run_stage_here(store, stage, ENTRY)
        except UserError as error:
            failure = store.failure(stage.key)
            assert failure is not None
            assert failure.user
            assert not store.has(stage.key)
            return stage.kind, str(error)
    return "none", ""


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("gsm8k", "{oops", "train.jsonl: 1 of 61 rows cannot be used: line 61: not JSON"),
        ("math", "{oops", "train.jsonl: 1 of 61 rows cannot be used: line 61: not JSON"),
        ("gsm8k", '{"question": "How many?"}', 'line 61: the column "answer" is missing'),
        ("math", '{"problem": "Why?"}', 'line 61: the column "solution" is missing'),
        (
            "gsm8k",
            '{"question": "How?", "answer": "#### many"}',
            'line 61: "#### many" is no number',
        ),
        ("math", '{"problem": "Why?", "solution": "So."}', r"line 61: .*no \\boxed"),
    ],
)
def test_a_bad_line_of_a_benchmark_is_named_with_its_file(
    tmp_path: Path, name: str, line: str, message: str
) -> None:
    kind, error = first_error(suite(tmp_path, told(tmp_path, name, [], [line])))
    assert kind == "problems"
    assert re.search(message, error)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["{oops", "[]"], r"demos.jsonl:2: not JSON.*\n.*demos.jsonl:3: not an object"),
        (['{"prompt": "a"}'], 'demos.jsonl:2: "completion" is missing'),
        (['{"prompt": "a", "completion": null}'], 'demos.jsonl:2: "completion" must be a text'),
    ],
)
def test_a_bad_line_of_demonstrations_is_named_with_its_file(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    file = tmp_path / "demos.jsonl"
    file.write_text("\n".join(['{"prompt": "a", "completion": "b"}', *lines]))
    strategy = f'{{ name = "from-file", path = "{file}" }}'
    kind, error = first_error(suite(tmp_path, strategy=strategy))
    assert kind == "augment"
    assert re.search(message, error)


def test_a_missing_column_of_a_parquet_file_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "demos.parquet"
    pq.write_table(pa.table({"prompt": ["a", "b"], "answer": ["c", "d"]}), file)
    kind, error = first_error(
        suite(tmp_path, strategy=f'{{ name = "from-file", path = "{file}" }}')
    )
    assert kind == "augment"
    assert f'{file}: row 1: "completion" is missing' in error


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        ('if i in (2, 5): answer = "few"',
         r'sums: 2 of 8 problems of "sft" cannot be used: sft/2: its answer "few" cannot be graded '
         r"\(ValueError: .*\); sft/5"),
        ('if i == 2: return Problem(id, question, "4", None, "It is four.")',
         r'1 of 8 .*sft/2: its own solution is not graded as right \(answer "4"\)'),
        ('if i == 2: answer = ""', "1 of 8 .*sft/2: its answer must be a text that is not empty"),
        ("if i == 2: question = None", "1 of 8 .*sft/2: its question must be a text"),
        ("id = 'x'", "1 of 8 .*x: 8 problems share this id"),
        (CYCLE, r'split "sft", after sft/1: a graph cannot be solved: a cycle runs through a, b '
                r"\(.*sums.py:\d+\)"),
    ],
)  # fmt: skip
def test_a_bad_problem_of_a_plugin_is_named_with_its_id(
    tmp_path: Path, spoilt: str, message: str
) -> None:
    kind, error = first_error(suite(tmp_path, spoilt=spoilt))
    assert kind == "problems"
    assert re.search(message, error)


@pytest.mark.parametrize(
    ("max_length", "message"),
    [
        ("64", r"2 of 8 demonstrations \(sft/2#0: 3\d\d\d tokens, .*\) .*\.max_length = 64; raise"),
        ("4096", r"2 of 8 demonstrations \(sft/2#0: 3\d\d\d tokens, .*\) .*context = 2048; take"),
    ],
)
def test_a_solution_that_is_too_long_is_an_error(
    tmp_path: Path, max_length: str, message: str
) -> None:
    long = 'if "sft" in id and i in (2, 5): answer = "0" * 3000 + answer'
    kind, error = first_error(suite(tmp_path, spoilt=long, max_length=max_length))
    assert kind == "sft"
    assert re.search(message, error)


@pytest.mark.parametrize(
    ("split", "kind", "algorithm"),
    [("probe", "probe", GRPO), ("rl", "rft", GRPO), ("rl", "rft", EXPERT), ("test-id", "evaluate", GRPO)],
)  # fmt: skip
def test_a_prompt_without_room_for_an_answer_is_an_error(
    tmp_path: Path, split: str, kind: str, algorithm: str
) -> None:
    # A blank and a word are one token here; the start of the sequence is another.
    long = f'if "{split}" in id and i == 2: question = "a " * (2048 - 8)'
    found, error = first_error(suite(tmp_path, spoilt=long, algorithm=algorithm))
    assert found == kind
    assert re.search(
        rf"1 of 4 prompts \({split}/2: \d+ tokens\) leave no room for 8 new tokens .*2048", error
    )


def test_a_prompt_that_just_fits_is_answered(tmp_path: Path) -> None:
    fits = 'if "probe" in id and i == 2: question = " ".join(["a"] * (2048 - 8 - 1))'
    assert first_error(suite(tmp_path, spoilt=fits)) == ("none", "")


@pytest.mark.parametrize(("number", "message"), [
    ("0", 'sums yields no problems for the split "sft"'),
    ('0 if split == "rl" else n', 'sums yields no problems for the split "rl"'),
    ("n - 1", 'sums yields 7 problems for the split "sft", 8 were asked for'),
])  # fmt: skip
def test_an_empty_split_is_an_error(tmp_path: Path, number: str, message: str) -> None:
    kind, error = first_error(suite(tmp_path, number=number))
    assert kind == "problems"
    assert message in error


@pytest.mark.parametrize("lines", [[""], chairs(2)])
def test_an_empty_split_of_files_is_an_error(tmp_path: Path, lines: list[str]) -> None:
    kind, error = first_error(suite(tmp_path, told(tmp_path, "gsm8k", lines, [])))
    assert kind == "problems"
    assert re.search('train.jsonl: no rows|split "[a-z]+" is empty|yields [12] problems', error)


def test_rows_left_out_of_a_file_are_counted_in_the_report(tmp_path: Path) -> None:
    again = [line.replace("chairs", "CHAIRS") for line in chairs(3)]
    file = suite(tmp_path, told(tmp_path, "gsm8k", chairs(300), again))
    assert first_error(file) == ("none", "")
    planned = plan_suite(load_suite(file))
    _, record = run_record(planned, "bi-bench run bad.toml")
    notes = build_report(results(record, Store(tmp_path / "store"))).notes
    assert "All rows: left out of the data: repeated in train (3)." in notes
