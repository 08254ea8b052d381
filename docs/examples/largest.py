"""A benchmark with multiple choice: which of four numbers is the largest."""

import re

from bi_bench.api import SPLITS, Benchmark, Grade, Problem, hookimpl

LETTERS = "ABCD"
CHOICE = re.compile(r"<answer>\s*\(?([A-Za-z])\)?\s*</answer>")


class Largest(Benchmark):
    """The largest of four numbers, by its letter."""

    name = "largest"
    provides = frozenset({"solution"})
    procedural = True
    max_new_tokens = 24

    def problems(self, split, n, rng):
        found = 0
        while found < n:
            numbers = rng.sample(range(66), len(LETTERS))
            # The sum tells the splits apart: no problem is in two of them.
            if sum(numbers) % len(SPLITS) != SPLITS.index(split):
                continue
            options = [f"( {letter} ) {n}" for letter, n in zip(LETTERS, numbers, strict=True)]
            right = LETTERS[numbers.index(max(numbers))]
            yield Problem(
                f"largest/{split}/{found}",
                question=f"largest ? {' '.join(options)}",
                answer=right,
                solution=f"{max(numbers)} </think> <answer> {right} </answer>",
                metadata={"options": numbers},
            )
            found += 1

    def ask(self, problem, premise_order=None):
        return f"{problem.question} <think>"

    def grade(self, problem, completion):
        letters = {letter.upper() for letter in CHOICE.findall(completion)}
        if len(letters) != 1:
            # Two letters are no answer, even if one of them is right.
            return Grade(False, False, contradictory=len(letters) > 1)
        (letter,) = letters
        # A letter that is no option is an answer too, and wrong.
        return Grade(letter == problem.answer, True, letter)


@hookimpl
def bi_bench_benchmarks():
    return [Largest]
