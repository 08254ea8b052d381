"""Calls a benchmark about one problem: to grade an answer, and for the prompt."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Benchmark, Grade, Problem
from bi_bench.api.boundary import calling

SECONDS = 30.0  # for one answer; the longest that a grader of ours was seen to take is 2
MEMORY = 2**31  # bytes more than before


def graded(benchmark: Benchmark, problem: Problem, completion: str) -> Grade:
    """The benchmark's grade of an answer.

    PluginError naming the problem where it raises, does not end, takes too much memory or gives no
    grade with the parts that the benchmark provides.
    """
    who = f"benchmark {benchmark.name} cannot grade an answer to problem {problem.id}"
    with calling(who, benchmark.grade, SECONDS, MEMORY):
        return checked(benchmark, benchmark.grade(problem, completion))


def checked(benchmark: Benchmark, grade: Grade) -> Grade:
    """The grade; TypeError unless it is one, with the parts that the benchmark provides and no others."""
    if not isinstance(grade, Grade):
        raise TypeError(
            f"grade returned {grade!r:.80}, not a Grade; it must return one for any text"
        )
    for part in ("score", "semantic"):
        value, provided = getattr(grade, part), part in benchmark.provides
        if provided and value is None:
            raise TypeError(
                f'the grade has no {part}, which provides = {{"{part}", ...}} promises of every answer; '
                f"write Grade(..., {part}=...), in wrong and unparsed answers too"
            )
        if value is not None and not provided:
            raise TypeError(
                f'the grade has {part}={value}, which the benchmark does not declare; add "{part}" to '
                "its provides"
            )
    return grade


def asked(
    benchmark: Benchmark, problem: Problem, premise_order: Sequence[int] | None = None
) -> str:
    """The benchmark's prompt; PluginError naming the problem where it raises or gives no text."""
    with calling(f"benchmark {benchmark.name}, prompt of problem {problem.id}", benchmark.ask):
        prompt = benchmark.ask(problem, premise_order)
        if not isinstance(prompt, str):
            raise TypeError(f"ask returned {prompt!r:.80}, not a string")
    return prompt
