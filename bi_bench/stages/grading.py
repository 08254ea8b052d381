"""Calls a benchmark about one problem: to grade an answer, and for the prompt."""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Benchmark, Grade, Problem
from bi_bench.api.boundary import calling

SECONDS = 30.0  # for one answer; the longest that a grader of ours was seen to take is 2


def graded(benchmark: Benchmark, problem: Problem, completion: str) -> Grade:
    """The benchmark's grade; PluginError naming the problem where it raises or does not end."""
    who = f"benchmark {benchmark.name} cannot grade an answer to problem {problem.id}"
    with calling(who, benchmark.grade, SECONDS):
        found = benchmark.grade(problem, completion)
        if not isinstance(found, Grade):
            raise TypeError(
                f"grade returned {found!r:.80}, not a Grade; it must return one for any text"
            )
    return found


def asked(
    benchmark: Benchmark, problem: Problem, premise_order: Sequence[int] | None = None
) -> str:
    """The benchmark's prompt; PluginError naming the problem where it raises or gives no text."""
    with calling(f"benchmark {benchmark.name}, prompt of problem {problem.id}", benchmark.ask):
        prompt = benchmark.ask(problem, premise_order)
        if not isinstance(prompt, str):
            raise TypeError(f"ask returned {prompt!r:.80}, not a string")
    return prompt
