"""The stage "augment": demonstrations made of the SFT problems by a strategy."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from bi_bench.api import (
    Benchmark,
    Decline,
    Draft,
    Example,
    Problem,
    Solution,
    Strategy,
    UserError,
)
from bi_bench.api.boundary import calling
from bi_bench.api.errors import Declined
from bi_bench.stages.context import StageContext
from bi_bench.stages.grading import asked
from bi_bench.stages.verified import verified
from bi_bench.store.tables import read_problems, write_json, write_rows


def run(context: StageContext) -> dict[str, Any]:
    """Write ``examples.parquet``; every spoken step is verified unless the strategy plants errors.

    Finished demonstrations of a strategy are written as they are. Declines if the strategy
    declines every problem; declined ones among others are counted.
    """
    benchmark = context.plugin(Benchmark, "benchmark")
    strategy = context.plugin(Strategy, "strategy")
    problems = read_problems(context.inputs["problems"])
    with calling(f'strategy "{strategy.name}"', strategy.examples):
        finished = strategy.examples()
        rows = [_finished_row(example) for example in finished or ()]
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
    write_rows(context.folder / "examples.parquet", rows)
    summary = {
        "problems": len(problems),
        "examples": len(rows),
        "declined": dict(declined),
        "wrong_lines": wrong_lines,
        "steps": _step_counts(rows),
    }
    write_json(context.folder / "summary.json", summary)
    return {}


def _row(
    benchmark: Benchmark, problem: Problem, draft: Draft, solution: Solution, number: int
) -> dict[str, Any]:
    return {
        "id": f"{problem.id}#{number}",
        "problem": problem.id,
        "prompt": asked(benchmark, problem, draft.premise_order),
        "completion": solution.text,
        "spans": json.dumps([asdict(span) for span in solution.spans]),
    }


def _finished_row(example: Example) -> dict[str, Any]:
    return {**asdict(example), "problem": "", "spans": "[]"}


def _step_counts(rows: list[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(name for row in rows for name in _step_names(row))
    return dict(counts)


def _step_names(row: dict[str, Any]) -> Iterator[str]:
    seen = {span["step"]: span for span in json.loads(row["spans"])}
    for span in seen.values():
        yield f"{span['kind']}{' (injected)' if span['injected'] else ''}"
