"""The stage "problems": one split of a benchmark."""

from __future__ import annotations

import hashlib
import random

from bi_bench.api import Benchmark, UserError
from bi_bench.api.boundary import calling
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.problems import ProblemsSummary, write_problems
from bi_bench.stages.context import StageContext
from bi_bench.stages.draw import draw


def run(context: StageContext) -> Costs:
    """Draw and check the problems; UserError if there are fewer than asked for."""
    benchmark = context.plugin(Benchmark, "benchmark")
    split, wanted = context.identity["split"], context.identity["n"]
    problems = draw(benchmark, split, wanted, random.Random(context.seed))
    # What is for evaluation alone has the size it has: nothing is trained on too little of it.
    if len(problems) < wanted and "sft" in benchmark.splits:
        raise UserError(
            f'benchmark {benchmark.name} yields {len(problems)} problems for the split "{split}", '
            f"{wanted} were asked for; ask for fewer in defaults.data or widen its parameters"
        )
    write_problems(context.folder, problems)
    content = "".join(problem.id + problem.digest for problem in problems)
    digest = hashlib.sha256(content.encode()).hexdigest()
    with calling(f"benchmark {benchmark.name}, counts of {split}", benchmark.tally):
        told = {"n": len(problems), "digest": digest, **benchmark.tally(split)}
        ProblemsSummary.model_validate(told).write(context.folder)
    return Costs()
