"""Verifies demonstrations, and attributes each fault to the strategy or the benchmark.

The same for ``run`` and ``sample``. A fault of the plan, or of a text that a strategy wrote by
itself, is the strategy's; one that is in the words alone, or in how they are read back or graded, is
the benchmark's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from bi_bench.api import (
    BasePolicy,
    Benchmark,
    Decline,
    Draft,
    Plan,
    Problem,
    Solution,
    Stated,
    Strategy,
    UserError,
    stream,
    verify,
)
from bi_bench.api.boundary import calling
from bi_bench.api.errors import PluginError
from bi_bench.api.stated import stated
from bi_bench.stages.demonstrate import demonstrations, spoken
from bi_bench.stages.grading import graded


class Verified(NamedTuple):
    """A demonstration with the faults that its strategy planted on purpose."""

    draft: Draft
    solution: Solution
    faults: Sequence[str]


def verified(
    benchmark: Benchmark,
    strategy: Strategy,
    problem: Problem,
    seed: int,
    base: BasePolicy | None = None,
) -> Decline | list[Verified]:
    """The demonstrations that a strategy makes of one problem, every step and the answer verified.

    UserError for a fault of a strategy that is faithful, and for any fault of the benchmark's words.
    """
    made = demonstrations(benchmark, strategy, problem, seed, base)
    if isinstance(made, Decline):
        return made
    found = []
    for draft, solution in made:
        if not solution.text.strip():
            raise UserError(
                f'strategy "{strategy.name}" made an empty demonstration of problem {problem.id}; '
                "decline problems that it cannot handle"
            )
        faults = _faults(benchmark, problem, draft, solution, seed)
        if faults and strategy.faithful:
            raise UserError(
                f'strategy "{strategy.name}" wrote a wrong '
                f"{'answer' if draft.text is not None else 'step'} for problem {problem.id}: "
                f"{faults[0]}; if it plants errors on purpose, set faithful = False"
            )
        found.append(Verified(draft, solution, faults))
    return found


class _MisreadError(PluginError):
    """The words of a right plan are read back, or graded, as something else."""


def _faults(
    benchmark: Benchmark, problem: Problem, draft: Draft, solution: Solution, seed: int
) -> list[str]:
    """The strategy's faults; PluginError for one of the benchmark's."""
    if draft.text is not None:
        answer = _wrong_answer(benchmark, problem, solution)
        if not answer:
            return []
        return [f'{answer} is not graded as right (right is "{problem.answer:.40}")']
    plan = draft.plan or benchmark.plan(problem, stream(seed, "plan", problem.id)) or Plan(())
    try:
        return _of_words(benchmark, problem, plan, solution)
    except _MisreadError:
        silent = tuple(step for step in plan.steps if step.kind != "say")
        if silent == plan.steps:
            raise
        # Where the words are right without them, it is what the strategy says that is misread.
        _reread(benchmark, problem, Plan(silent), draft, seed)
        for said in (step for step in plan.steps if step.kind == "say"):
            alone = tuple(step for step in plan.steps if step.kind != "say" or step is said)
            try:
                _reread(benchmark, problem, Plan(alone), draft, seed)
            except _MisreadError:
                return [
                    f'the text of a step "say" must state nothing, but is read: {said.text!r:.80}'
                ]
        raise


def _reread(
    benchmark: Benchmark, problem: Problem, plan: Plan, draft: Draft, seed: int
) -> list[str]:
    words = spoken(benchmark, problem, plan, seed, draft.wording)
    return _of_words(benchmark, problem, plan, words)


def _of_words(benchmark: Benchmark, problem: Problem, plan: Plan, solution: Solution) -> list[str]:
    faults = []
    if problem.graph is not None and solution.spans:
        faults = _of_steps(benchmark, problem, plan, solution)
    if not faults and (answer := _wrong_answer(benchmark, problem, solution)):
        raise _MisreadError(
            f'benchmark "{benchmark.name}", problem {problem.id}: a solution in its own words, with '
            f'every step right, is not graded as right: {answer}, right is "{problem.answer:.40}"; '
            "mend grade"
        )
    return faults


def _wrong_answer(benchmark: Benchmark, problem: Problem, solution: Solution) -> str:
    """The answer of a solution that is not graded as right; empty if it is."""
    if (grade := graded(benchmark, problem, solution.text)).correct:
        return ""
    return "no answer" if grade.answer is None else f'the answer "{grade.answer:.40}"'


def _of_steps(benchmark: Benchmark, problem: Problem, plan: Plan, solution: Solution) -> list[str]:
    assert problem.graph is not None
    who = f'benchmark "{benchmark.name}", problem {problem.id}'
    with calling(f"{who}, steps", benchmark.steps):
        read = list(benchmark.steps(problem, solution.text))
    meant = stated(problem.graph, plan)
    for number, (one, other) in enumerate(zip_longest(meant, read), 1):
        if _shown(one) != _shown(other):
            raise _MisreadError(
                f"{who}: step {number} of a solution is {_shown(one)}, and read back from its words "
                f"it is {_shown(other)}; mend steps, or the words"
            )
    verdicts = zip(verify(problem.graph, meant), verify(problem.graph, read), strict=True)
    faults = []
    for by_plan, by_words in verdicts:
        if by_words.problem and by_plan.right:
            text = solution.text[by_words.step.start : by_words.step.end].strip()
            raise _MisreadError(
                f'{who}: the words of a right step, "{text:.80}", are read back as a wrong one: '
                f"{by_words.step.quantity}: {by_words.problem}; mend steps, or the words"
            )
        if by_words.problem:
            faults.append(f"{by_words.step.quantity}: {by_words.problem}")
    return faults


def _shown(step: Stated | None) -> str:
    return "nothing" if step is None else f'{step.kind} "{step.quantity}"'
