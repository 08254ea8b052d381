"""Makes the demonstrations of one problem: a strategy drafts, the benchmark words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import islice

from bi_bench.api import (
    BasePolicy,
    Benchmark,
    Decline,
    Draft,
    DraftContext,
    Example,
    Plan,
    Problem,
    Solution,
    Strategy,
    UserError,
    stream,
)
from bi_bench.api.base_policy import NoBasePolicy
from bi_bench.api.boundary import calling
from bi_bench.api.plan import check_marked, check_plan
from bi_bench.stages.grading import asked

MOST = 1000  # drafts a problem
LONGEST = 1_000_000  # characters of a demonstration, or of its prompt
SECONDS = 60.0  # for the drafts of one problem


def finished(
    benchmark: Benchmark,
    strategy: Strategy,
    problems: Sequence[Problem],
    seed: int,
    base: BasePolicy | None = None,
    most: int | None = None,
) -> list[Example] | None:
    """The first ``most`` finished demonstrations of a strategy; None: it drafts for each problem."""
    context = DraftContext(
        stream(seed, "examples"), ask=partial(asked, benchmark), base=base or NoBasePolicy()
    )
    with calling(f'strategy "{strategy.name}"', strategy.examples):
        examples = strategy.examples(problems, context)
        return None if examples is None else list(islice(examples, most))


def demonstrations(
    benchmark: Benchmark,
    strategy: Strategy,
    problem: Problem,
    seed: int,
    base: BasePolicy | None = None,
) -> Decline | list[tuple[Draft, Solution]]:
    """The demonstrations that a strategy makes of one problem.

    The plain plan, the wording and the injection have a stream each, all named by the problem and
    none by the strategy, so two strategies differ by what they inject alone. A strategy that needs
    graphs is not asked about a problem without one: that one is declined. ``base``: for a strategy
    that needs the base model; its time is then not limited.

    PluginError naming the plugin and the problem where one of the two raises or breaks its contract,
    or where the drafts have no end.
    """
    with calling(f'benchmark "{benchmark.name}", plan of problem {problem.id}', benchmark.plan):
        plan = benchmark.plan(problem, stream(seed, "plan", problem.id))
        premises = benchmark.premises(problem)
    if plan is None and "graph" in strategy.needs:
        return Decline("the problem has no graph")
    context = DraftContext(
        stream(seed, "inject", problem.id),
        premises,
        lambda plan, wording=0: spoken(benchmark, problem, plan, seed, wording),
        partial(asked, benchmark),
        base or NoBasePolicy(),
    )
    with calling(_who(strategy, problem), strategy.drafts, SECONDS if base is None else 0):
        drafts = strategy.drafts(problem, plan, context)
        if not isinstance(drafts, Decline):
            drafts = _counted(drafts)
    if isinstance(drafts, Decline):
        return drafts
    made = []
    for draft in drafts:
        with calling(_who(strategy, problem), strategy.drafts):
            solution = _solution(benchmark, problem, plan, draft, seed)
            _check_size(draft, solution)
        made.append((draft, solution))
    return made


def _counted(drafts: Iterable[Draft]) -> list[Draft]:
    """The drafts of a problem; they may be a generator without an end, or no drafts at all."""
    if isinstance(drafts, str | bytes) or not isinstance(drafts, Iterable):
        raise TypeError(f"drafts returned {drafts!r:.60}, not a list of Draft or a Decline")
    found = []
    for draft in islice(drafts, MOST + 1):
        if not isinstance(draft, Draft):
            raise TypeError(f"drafts returned {draft!r:.60}, which is not a Draft")
        found.append(draft)
    if len(found) > MOST:
        raise ValueError(f"more than {MOST} drafts of one problem")
    return found


def _check_size(draft: Draft, solution: Solution) -> None:
    if max(len(solution.text), len(draft.prompt or "")) > LONGEST:
        raise ValueError(f"a demonstration has more than {LONGEST} characters")
    for weight in draft.weights:
        if weight.end > len(solution.text) + 1:
            raise ValueError(
                f"{weight} ends behind the completion, which has {len(solution.text)} characters "
                "and its end"
            )


def _solution(
    benchmark: Benchmark, problem: Problem, plain: Plan | None, draft: Draft, seed: int
) -> Solution:
    if draft.text is not None:
        return Solution(draft.text)
    if plan := draft.plan or plain:
        solution = spoken(benchmark, problem, plan, seed, draft.wording)
        if plain:
            check_marked(plain, plan)
        return solution
    if problem.solution is None:
        raise UserError("the problem has no solution, and the draft neither plan nor text")
    return Solution(problem.solution)


def spoken(
    benchmark: Benchmark, problem: Problem, plan: Plan, seed: int, number: int = 0
) -> Solution:
    """The words of the benchmark for a plan of the strategy; ``number`` is ``Draft.wording``."""
    if problem.graph is None:
        raise ValueError("a plan for a problem that has no graph")
    check_plan(problem.graph, plan)
    wording = f"{seed}/{problem.id}/{number}" if number else f"{seed}/{problem.id}"
    with calling(f'benchmark "{benchmark.name}", words of problem {problem.id}', benchmark.speak):
        solution = benchmark.speak(problem, plan, wording)
        if not isinstance(solution, Solution):
            raise TypeError(f"speak returned {solution!r:.60}, not a Solution")
    return solution


def _who(strategy: Strategy, problem: Problem) -> str:
    return f'strategy "{strategy.name}", problem {problem.id}'
