"""A benchmark with partial credit: digits to sort, a share of the credit for each in its place."""

from bi_bench.api import SPLITS, Benchmark, Grade, Problem, hookimpl

LENGTH = 5


class Sorting(Benchmark):
    """Five digits to sort, with credit for each digit in its place."""

    name = "sorting"
    provides = frozenset({"solution", "score"})
    procedural = True
    max_new_tokens = 24

    def problems(self, split, n, rng):
        found = 0
        while found < n:
            digits = [rng.randrange(10) for _ in range(LENGTH)]
            # The sum tells the splits apart: no problem is in two of them.
            if sum(digits) % len(SPLITS) != SPLITS.index(split):
                continue
            right = " ".join(map(str, sorted(digits)))
            yield Problem(
                f"sorting/{split}/{found}",
                question=f"sort {' '.join(map(str, digits))}",
                answer=right,
                solution=f"</think> <answer> {right} </answer>",
            )
            found += 1

    def ask(self, problem, premise_order=None):
        return f"{problem.question} <think>"

    def grade(self, problem, completion):
        _, tag, rest = completion.rpartition("<answer>")
        given, right = rest.partition("</answer>")[0].split(), problem.answer.split()
        if not tag or len(given) != LENGTH:
            return Grade(correct=False, parsed=False, score=0.0)
        placed = sum(one == other for one, other in zip(given, right, strict=True))
        return Grade(given == right, True, " ".join(given), score=placed / LENGTH)


@hookimpl
def bi_bench_benchmarks():
    return [Sorting]
