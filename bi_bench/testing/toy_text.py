"""A complete benchmark without a graph in one short file: sums of two numbers."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from bi_bench.api import SPLITS, Benchmark, Grade, Problem, Split, hookimpl


class ToyText(Benchmark):
    """Sums of two numbers, with a reference solution."""

    name = "toy-text"
    provides = frozenset({"solution"})
    procedural = True

    @property
    def max_new_tokens(self) -> int:
        """A sum is short, even where a strategy says it twice."""
        return 128

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """The last digit of the first number tells the splits apart."""
        digit = SPLITS.index(split)
        for index in range(n):
            a, b = 10 * rng.randrange(100) + digit, rng.randrange(1000)
            answer = str(a + b)
            solution = f"{a} + {b} = {answer}"
            name, ops = f"toy-text/{split}/{index}", {"ops": 1}
            yield Problem(name, f"{a} + {b}", answer, solution=solution, metadata=ops)

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The sum and a question mark."""
        return f"{problem.question} = ?\n"

    def grade(self, problem: Problem, completion: str) -> Grade:
        """What follows the last equals sign is the answer."""
        answer = completion.rpartition("=")[2].strip()
        return Grade(answer == problem.answer, answer.isdigit(), answer)


@hookimpl
def bi_bench_benchmarks() -> list[type[Benchmark]]:
    """The benchmark of this file."""
    return [ToyText]
