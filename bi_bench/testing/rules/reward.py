"""Rules for rewards: what right, wrong and unfinished answers to the toy benchmarks earn."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from itertools import pairwise

from bi_bench.api import Benchmark, Problem, Reward, Rollout
from bi_bench.api.boundary import calling
from bi_bench.stages.grading import graded
from bi_bench.testing.case import Case, Fault, Rules
from bi_bench.testing.rules.provided import needs_of

PROBLEMS, SEED = 6, 1


def score(case: Case[Reward]) -> Iterator[Fault]:
    """score() gives finite numbers, the same ones for the same rollouts and random numbers."""
    for name in ("toy-graph", "toy-text"):
        benchmark = case.toy(name)
        if not case.plugin.needs <= benchmark.provides:
            continue
        values = _scores(case, benchmark)
        case.made.append(repr(values))
        for value in values:
            if type(value) not in (float, int) or not math.isfinite(value):
                yield Fault(
                    f"score() returned {value!r:.60}", "return a finite float", case.at("score")
                )
                return
        if values != _scores(case, benchmark):
            yield Fault(
                "the same rollouts earned something else when they were scored again",
                "take randomness from self.rng alone, and keep nothing between rollouts",
                case.at("score"),
            )
            return


def informed(case: Case[Reward]) -> Iterator[Fault]:
    """One with informed = False pays the same whatever the text is."""
    if case.plugin.informed:
        return
    for name in ("toy-graph", "toy-text"):
        benchmark = case.toy(name)
        if case.plugin.needs <= benchmark.provides:
            one, *others = (_scores(case, benchmark, only) for only in range(len(TEXTS)))
            if any(other != one for other in others):
                yield Fault(
                    "informed is False, and what is earned depends on the text",
                    "leave informed out",
                    case.at("score"),
                )
                return


# What follows the own solution of a problem, or stands in its place.
TEXTS = ("{solution}", "{other}", "I do not know", "", "{solution} " * 20)


def _scores(case: Case[Reward], benchmark: Benchmark, only: int | None = None) -> list[float]:
    case.plugin.rng = random.Random(SEED)
    problems = list(benchmark.problems("rl", PROBLEMS, random.Random(SEED)))
    found = []
    for index, (problem, other) in enumerate(pairwise([*problems, problems[0]])):
        words = {"solution": _own(benchmark, problem), "other": _own(benchmark, other)}
        for number, template in enumerate(TEXTS):
            if only is None or number == only:
                text = template.format(**words)
                rollout = _rollout(index, text, truncated=number == len(TEXTS) - 1)
                grade = graded(benchmark, problem, text)
                with calling(f"score(), problem {problem.id}", case.plugin.score):
                    found.append(case.plugin.score(problem, rollout, grade))
    return found


def _rollout(problem: int, text: str, *, truncated: bool) -> Rollout:
    """A token for each character, and one that ends the text."""
    spans = tuple((place, place + 1) for place in range(len(text)))
    end = () if truncated else ((len(text), len(text)),)
    ids = (*map(ord, text), *(0 for _ in end))
    logprobs = (-1.0,) * len(ids)
    return Rollout(problem, text, ids, truncated, logprobs, lambda: (*spans, *end))


def _own(benchmark: Benchmark, problem: Problem) -> str:
    plan = benchmark.plan(problem, random.Random(SEED))
    return problem.solution or "" if plan is None else benchmark.speak(problem, plan, "").text


RULES: Rules = {"needs": needs_of(), "score": score, "informed": informed}
