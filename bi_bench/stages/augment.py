"""The stage "augment": demonstrations made of the SFT problems by a strategy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    Problem,
    Solution,
    Strategy,
    UserError,
)
from bi_bench.api.base_policy import NEEDS
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
from bi_bench.stages.demonstrate import finished
from bi_bench.stages.grading import asked
from bi_bench.stages.verified import verified

if TYPE_CHECKING:
    from bi_bench.stages.base_policy import BaseModelPolicy


def run(context: StageContext) -> Costs:
    """Write ``examples.parquet``; every spoken step is verified unless the strategy plants errors.

    Finished demonstrations of a strategy are written as they are. Declines if the strategy
    declines every problem; declined ones among others are counted.
    """
    benchmark = context.plugin(Benchmark, "benchmark")
    strategy = context.plugin(Strategy, "strategy")
    problems = read_problems(context.inputs[Parent.PROBLEMS])
    base = _base(context, strategy)
    examples = finished(benchmark, strategy, problems, context.seed, base)
    rows = [Demonstration(e.id, "", e.prompt, e.completion) for e in examples or ()]
    declined: Counter[str] = Counter()
    wrong_lines = 0
    for problem in problems if examples is None else ():
        made = verified(benchmark, strategy, problem, context.seed, base)
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
    return base.costs() if base else Costs()


def _base(context: StageContext, strategy: Strategy) -> BaseModelPolicy | None:
    if not strategy.needs & NEEDS:
        return None
    # Imports torch, which most strategies do without.
    from bi_bench.stages.base_policy import base_policy

    return base_policy(context, strategy)


def _row(
    benchmark: Benchmark, problem: Problem, draft: Draft, solution: Solution, number: int
) -> Demonstration:
    return Demonstration(
        f"{problem.id}#{number}",
        problem.id,
        draft.prompt or asked(benchmark, problem, draft.premise_order),
        solution.text,
        tuple(solution.spans),
        draft.weights,
    )


def _step_names(row: Demonstration) -> Iterator[str]:
    for span in {span.step: span for span in row.spans}.values():
        yield f"{span.kind}{' (injected)' if span.injected else ''}"
