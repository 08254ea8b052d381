"""Draws the problems of a split and checks them before anything is made of them."""

from __future__ import annotations

import random
import re
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import bi_bench.api
from bi_bench.api import Benchmark, Problem, Split, UserError, stream
from bi_bench.api.boundary import describe, memory_limit, time_limit
from bi_bench.api.errors import GraphError, PluginError
from bi_bench.stages.grading import MEMORY, SECONDS, checked, graded

SHOWN = 5  # faults that a message spells out


def draw(benchmark: Benchmark, split: Split, n: int, rng: random.Random) -> list[Problem]:
    """At most ``n`` problems of a split.

    UserError if there are none, or that counts and names the ones that cannot be used: a graph that
    cannot be solved, no question, an answer that the benchmark itself cannot grade, an id that
    comes twice.
    """
    problems = _yielded(benchmark, split, n, rng)
    if not problems:
        raise UserError(f'benchmark {benchmark.name} yields no problems for the split "{split}"')
    faults = list(_faults(benchmark, problems))
    if faults:
        shown = "; ".join(_once(faults[:SHOWN])) + ("; ..." if len(faults) > SHOWN else "")
        raise UserError(
            f"benchmark {benchmark.name}: {len(faults)} of {len(problems)} problems of "
            f'"{split}" cannot be used: {shown}'
        )
    if not benchmark.evaluates_itself:
        _try_grader(benchmark, problems[0])
    return problems


def _once(faults: Sequence[tuple[Problem, str]]) -> Iterator[str]:
    """The faults of problems; one that differs from an earlier one in the answer alone is not said again."""
    said = set()
    for problem, fault in faults:
        alike = re.sub(rf"""(["']){re.escape(str(problem.answer))}\1""", "", fault)
        yield f"{problem.id}: {'likewise' if alike in said else fault}"
        said.add(alike)


def _try_grader(benchmark: Benchmark, problem: Problem) -> None:
    """Grade what models write, long before one does; PluginError where the grader cannot."""
    solution = problem.solution or problem.answer
    for text in ("", problem.question, solution[: len(solution) // 2]):
        graded(benchmark, problem, text)


def _yielded(benchmark: Benchmark, split: Split, n: int, rng: random.Random) -> list[Problem]:
    found: list[Problem] = []
    try:
        for problem in islice(benchmark.problems(split, n, rng), n):
            if not isinstance(problem, Problem):
                raise TypeError(f"problems returned {problem!r:.60}, which is not a Problem")
            found.append(problem)
    except GraphError as error:
        # The problem was never made, so what names it is the line that tried, and the one before.
        place = f", after {found[-1].id}" if found else ""
        raise UserError(
            f'benchmark {benchmark.name}: split "{split}"{place}: a graph cannot be solved: '
            f"{error} ({_line(error)})"
        ) from None
    except UserError:
        raise  # the plugin names the fault itself
    except (Exception, SystemExit) as error:  # a plugin may fail in any way
        place = f", after {found[-1].id}" if found else ""
        raise PluginError(
            f'benchmark {benchmark.name}: split "{split}"{place}: '
            f"{describe(error, benchmark.problems)}"
        ) from error
    return found


def _line(error: Exception) -> str:
    """File and line of the benchmark's code that an error came from."""
    api = Path(bi_bench.api.__file__).parent
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if (file := Path(frame.filename)).is_file() and api not in file.parents
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}"


def _faults(benchmark: Benchmark, problems: Sequence[Problem]) -> Iterator[tuple[Problem, str]]:
    ids = Counter(problem.id for problem in problems)
    by_id = {problem.id: problem for problem in problems}
    yield from ((by_id[id], f"{n} problems share this id") for id, n in ids.items() if n > 1)
    # One that runs the model by itself asks and grades out of sight.
    if not benchmark.evaluates_itself:
        for problem in problems:
            if fault := _fault(benchmark, problem):
                yield problem, fault


def _fault(benchmark: Benchmark, problem: Problem) -> str:
    for name in ("question", "answer"):
        text = getattr(problem, name)
        if not isinstance(text, str) or not text.strip():
            return f"its {name} must be a text that is not empty (given: {text!r:.40})"
    try:
        with memory_limit(MEMORY), time_limit(SECONDS):
            reference = _reference(benchmark, problem)
            correct = checked(benchmark, benchmark.grade(problem, reference or "")).correct
    except (TimeoutError, MemoryError) as error:  # hundreds of others would take as long
        raise PluginError(
            f"benchmark {benchmark.name}: the answer of problem {problem.id} cannot be graded: "
            f"{describe(error, benchmark.grade)}"
        ) from error
    except Exception as error:  # a grader may fail in any way
        cause = describe(error, benchmark.grade)
        return f'its answer "{problem.answer:.40}" cannot be graded ({cause})'
    if reference is not None and not correct:
        return f'its own solution is not graded as right (answer "{problem.answer:.40}")'
    return ""


def _reference(benchmark: Benchmark, problem: Problem) -> str | None:
    if problem.solution is not None:
        return problem.solution
    plan = benchmark.plan(problem, stream(0, "plan", problem.id))
    return None if plan is None else benchmark.speak(problem, plan, "").text
