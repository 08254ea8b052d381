"""The grade of one answer, whatever its model wrote."""

from __future__ import annotations

from bi_bench.api import Benchmark, Grade, Problem, UserError


def graded(benchmark: Benchmark, problem: Problem, completion: str) -> Grade:
    """The benchmark's grade; UserError naming the problem where the plugin raises instead."""
    try:
        found = benchmark.grade(problem, completion)
        if not isinstance(found, Grade):
            raise TypeError(f"grade returned {found!r:.80}, not a Grade")
    except Exception as error:
        raise UserError(
            f"benchmark {benchmark.name} cannot grade an answer to problem {problem.id}: "
            f"{type(error).__name__}: {error}; grade must give a verdict on any text"
        ) from error
    return found
