"""What a strategy makes of one problem: drafts, spoken by the benchmark."""

from __future__ import annotations

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    DraftContext,
    Plan,
    Problem,
    Solution,
    Strategy,
    UserError,
    stream,
)


def demonstrations(
    benchmark: Benchmark, strategy: Strategy, problem: Problem, seed: int
) -> Decline | list[tuple[Draft, Solution]]:
    """What a strategy makes of one problem.

    The plain plan, the wording and the injection have a stream each, all named by the problem and
    none by the strategy, so two strategies differ by what they inject alone. A strategy that needs
    graphs is not asked about a problem without one: that one is declined.
    """
    plan = benchmark.plan(problem, stream(seed, "plan", problem.id))
    if plan is None and "graph" in strategy.needs:
        return Decline("the problem has no graph")
    context = DraftContext(
        stream(seed, "inject", problem.id),
        benchmark.premises(problem),
        lambda plan: benchmark.speak(problem, plan, _wording(problem, seed)),
    )
    drafts = strategy.drafts(problem, plan, context)
    if isinstance(drafts, Decline):
        return drafts
    return [(draft, _solution(benchmark, problem, plan, draft, seed)) for draft in drafts]


def _solution(
    benchmark: Benchmark, problem: Problem, plain: Plan | None, draft: Draft, seed: int
) -> Solution:
    if draft.text is not None:
        return Solution(draft.text)
    if plan := draft.plan or plain:
        return benchmark.speak(problem, plan, _wording(problem, seed, draft.wording))
    if problem.solution is None:
        raise UserError(
            f"problem {problem.id} has no solution, and the draft neither plan nor text"
        )
    return Solution(problem.solution)


def _wording(problem: Problem, seed: int, number: int = 0) -> str:
    return f"{seed}/{problem.id}/{number}" if number else f"{seed}/{problem.id}"
