from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from bi_bench.api import Answered, Benchmark, Grade, Problem, Split, Subject


class Graded(Benchmark):
    name = "graded"

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        return []

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        return problem.question

    def grade(self, problem: Problem, completion: str) -> Grade:
        return Grade(False, False)


class Judge(Graded):
    name = "judge"

    def evaluate(self, problems: Sequence[Problem], subject: Subject) -> list[Answered]:
        return []


def test_a_benchmark_that_overrides_evaluate_evaluates_itself() -> None:
    assert not Graded().evaluates_itself
    assert Judge().evaluates_itself
