from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from bi_bench.api import Benchmark, Grade, Problem, Split, UserError, stream
from bi_bench.stages.draw import draw
from bi_bench.stages.grading import graded
from bi_bench.stages.preview import previews
from bi_bench_plugins.strategies.vanilla import Vanilla


@pytest.mark.parametrize("verdict", [None, True, "A" * 10_000])
def test_a_grade_that_is_none_names_the_benchmark_and_the_problem(
    verdict: bool | str | None,
) -> None:
    benchmark: Any = SimpleNamespace(name="mine", grade=lambda problem, completion: verdict)
    with pytest.raises(UserError, match=r"mine .* problem p/1: .* not a Grade") as caught:
        graded(benchmark, Problem("p/1", "?", "1"), "text")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("provides", "parts", "message"),
    [
        ({"score"}, {}, 'no score, which provides = {"score", ...} promises'),
        ({"semantic"}, {}, "the grade has no semantic"),
        (set(), {"score": 0.5}, 'score=0.5, which the benchmark does not declare; add "score" to'),
        (set(), {"semantic": False}, "semantic=False, which the benchmark does not declare"),
    ],
)
def test_a_grade_has_the_parts_that_its_benchmark_provides(
    provides: set[str], parts: dict[str, Any], message: str
) -> None:
    grade = Grade(False, True, "7", **parts)
    benchmark: Any = SimpleNamespace(name="mine", provides=provides, grade=lambda *_: grade)
    with pytest.raises(UserError, match=f"mine .* problem p/1: TypeError: .*{message}"):
        graded(benchmark, Problem("p/1", "?", "1"), "text")


class Hasty(Benchmark):
    """Grades its own solutions, and no other text."""

    name = "hasty"
    provides = frozenset({"solution"})

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterator[Problem]:
        for index in range(n):
            yield Problem(f"{split}/{index}", f"say {index}", str(index), solution=f"it is {index}")

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        return problem.question

    def grade(self, problem: Problem, completion: str) -> Grade:
        answer = completion.split("it is ")[1]
        return Grade(answer == problem.answer, True, answer)


def test_what_a_run_refuses_bi_bench_sample_refuses_too() -> None:
    rng = stream(0, "sample", "sft")
    with pytest.raises(UserError) as run:
        draw(Hasty(), "sft", 3, rng)
    with pytest.raises(UserError) as sample:
        list(previews(Hasty(), Vanilla(), "sft", 3, 0))
    assert str(run.value) == str(sample.value)
    expected = r"hasty cannot grade .* problem sft/0: IndexError: .* \(test_grading.py:\d+\)$"
    assert re.search(expected, str(run.value))
