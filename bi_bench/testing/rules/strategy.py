"""Rules for strategies: their demonstrations of the problems of a toy benchmark."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bi_bench.api import Benchmark, Decline, Problem, Strategy
from bi_bench.api.base_policy import NEEDS
from bi_bench.stages.demonstrate import demonstrations, finished
from bi_bench.stages.verified import verified
from bi_bench.testing.case import Case, Fault, Rules
from bi_bench.testing.rules.provided import needs_of

PROBLEMS, SEED = 12, 1


def toys(case: Case[Strategy]) -> Iterator[tuple[Benchmark, list[Problem]]]:
    """The toy benchmarks that have what the strategy needs, with problems of each; none has a base model."""
    for name in ("toy-graph", "toy-text"):
        benchmark = case.toy(name)
        if case.plugin.needs <= benchmark.provides:
            yield benchmark, list(benchmark.problems("sft", PROBLEMS, random.Random(SEED)))


def drafts(case: Case[Strategy]) -> Iterator[Fault]:
    """Every problem has verified demonstrations or a reason, the same ones each time."""
    served = total = 0
    for benchmark, problems in toys(case):
        if (examples := finished(benchmark, case.plugin, problems, SEED)) is not None:
            case.made.extend(f"{e.id} {e.prompt} {e.completion}" for e in examples)
            continue
        for problem in problems:
            made = verified(benchmark, case.plugin, problem, SEED)
            if isinstance(made, Decline):
                case.made.append(f"{problem.id}: declined: {made.reason}")
                continue
            served += 1
            total += len(made)
            for number, (draft, solution, _) in enumerate(made):
                case.made.append(f"{problem.id}#{number} {draft.premise_order} {solution.text}")
            again = demonstrations(benchmark, case.plugin, problem, SEED)
            if again != [(draft, solution) for draft, solution, _ in made]:
                yield Fault(
                    f"problem {problem.id} has other drafts when it is asked for again",
                    "take randomness from context.rng alone, and keep nothing between problems",
                    case.at("drafts"),
                )
                return
    if served and total > 2 * served * case.plugin.per_problem:
        yield Fault(
            f"{total / served:g} demonstrations a problem, where per_problem says "
            f"{case.plugin.per_problem:g}",
            "override per_problem: plans estimate the time of SFT from it",
            case.at("per_problem"),
        )


RULES: Rules = {"needs": needs_of(NEEDS), "drafts": drafts}
