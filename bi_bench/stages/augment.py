"""The stage "augment": demonstrations made of the SFT problems by a strategy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    Problem,
    Solution,
    Strategy,
    UserError,
)
from bi_bench.api.boundary import calling
from bi_bench.api.errors import Declined
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.demonstrations import (
    AugmentSummary,
    Demonstration,
    write_demonstrations,
)
from bi_bench.artifacts.problems import read_problems
from bi_bench.artifacts.role import Parent
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.stages.verified import verified


def run(context: StageContext) -> Costs:
    """Write ``examples.parquet``; every spoken step is verified unless the strategy plants errors.

    Finished demonstrations of a strategy are written as they are. Declines if the strategy
    declines every problem; declined ones among others are counted.
    """
    benchmark = context.plugin(Benchmark, "benchmark")
    strategy = context.plugin(Strategy, "strategy")
    problems = read_problems(context.inputs[Parent.PROBLEMS])
    with calling(f'strategy "{strategy.name}"', strategy.examples):
        finished = strategy.examples()
        rows = [Demonstration(e.id, "", e.prompt, e.completion) for e in finished or ()]
    declined: Counter[str] = Counter()
    wrong_lines = 0
    for problem in problems if finished is None else ():
        made = verified(benchmark, strategy, problem, context.seed)
        if isinstance(made, Decline):
            declined[made.reason] += 1
            continue
        for number, (draft, solution, faults) in enumerate(made):
            wrong_lines += len(faults)
            rows.append(_row(benchmark, problem, draft, solution, number))
    if not rows:
        if declined:
            raise Declined(declined.most_common(1)[0][0])
        raise UserError(f'strategy "{strategy.name}" made no demonstration of any problem')
    write_demonstrations(context.folder, rows)
    AugmentSummary(
        problems=len(problems),
        examples=len(rows),
        declined=dict(declined),
        wrong_lines=wrong_lines,
        steps=dict(Counter(name for row in rows for name in _step_names(row))),
    ).write(context.folder)
    return Costs()


def _row(
    benchmark: Benchmark, problem: Problem, draft: Draft, solution: Solution, number: int
) -> Demonstration:
    prompt = asked(benchmark, problem, draft.premise_order)
    return Demonstration(
        f"{problem.id}#{number}", problem.id, prompt, solution.text, tuple(solution.spans)
    )


def _step_names(row: Demonstration) -> Iterator[str]:
    for span in {span.step: span for span in row.spans}.values():
        yield f"{span.kind}{' (injected)' if span.injected else ''}"
