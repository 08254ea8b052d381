"""Solutions of paths read back to the plan they came from; the verifier, the grader and strategies."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bi_bench.api import Plan, Problem, Strategy, verify
from bi_bench.stages.verified import verified
from bi_bench_plugins.benchmarks.paths import Paths
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters
from bi_bench_plugins.strategies.chain_reordering import ChainReordering
from bi_bench_plugins.strategies.duplicate import Duplicate
from bi_bench_plugins.strategies.filler import Filler
from bi_bench_plugins.strategies.premise_permutation import PremisePermutation
from bi_bench_plugins.strategies.sabotage import Sabotage, SabotageParameters
from bi_bench_plugins.strategies.search_trace import SearchTrace
from bi_bench_plugins.strategies.shuffled import ShuffledBehaviours
from bi_bench_plugins.strategies.vanilla import Vanilla
from tests.conftest import present
from tests.plugins.conftest import Edit

MUCH = BridgeParameters(reflection=0.6, analysis=4)


def spoken(paths: Paths, problem: Problem) -> str:
    return paths.speak(problem, paths.plan(problem, random.Random(0)), "w").text


def faults(paths: Paths, problem: Problem, text: str) -> list[str]:
    """The places of the steps that are wrong."""
    verdicts = verify(present(problem.graph), paths.steps(problem, text))
    return [verdict.step.quantity for verdict in verdicts if not verdict.right]


def test_every_plan_reads_back_and_verifies(
    paths: Paths, problems: list[Problem], inject: Edit
) -> None:
    kinds = set()
    for seed, problem in enumerate(problems):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), paths.plan(problem, rng), rng)
        kinds |= {step.kind for step in plan.steps}
        text = paths.speak(problem, plan, f"wording {seed}").text
        steps = paths.steps(problem, text)
        told = [(step.kind, step.quantity) for step in plan.steps]
        assert [(step.kind, step.quantity) for step in steps] == told, text
        assert faults(paths, problem, text) == [], text
        grade = paths.grade(problem, text)
        assert grade.correct
        assert grade.derivation
    assert kinds == {"read", "compute", "attempt", "return", "restate"}


@pytest.mark.parametrize(
    "strategy",
    [
        Vanilla(),
        Bridge(MUCH),
        SearchTrace(),
        ChainReordering(),
        PremisePermutation(),
        Duplicate(),
        Filler(MUCH),
        ShuffledBehaviours(MUCH),
        Sabotage(SabotageParameters(share=1.0)),
    ],
    ids=lambda strategy: strategy.name,
)
def test_every_strategy_for_graphs_demonstrates_paths(
    paths: Paths, problems: list[Problem], strategy: Strategy
) -> None:
    faulty = 0
    for problem in problems:
        made = verified(paths, strategy, problem, 3)  # raises for faults of faithful strategies
        assert isinstance(made, list)
        assert made
        faulty += any(each.faults for each in made)
    assert (faulty > len(problems) / 2) == (not strategy.faithful)


def test_a_planted_error_is_found_where_it_was_planted(
    paths: Paths, problems: list[Problem]
) -> None:
    for seed, problem in enumerate(problems):
        rng = random.Random(seed)
        steps = list(paths.plan(problem, rng).steps)
        place = rng.randrange(len(steps))
        steps[place] = replace(steps[place], offset=rng.choice([-1, 1]))
        text = paths.speak(problem, Plan(tuple(steps)), "w").text
        assert faults(paths, problem, text)[0] == steps[place].quantity
        assert not paths.grade(problem, text).correct


def test_an_edge_that_the_map_does_not_have_is_wrong(paths: Paths, problems: list[Problem]) -> None:
    for problem in problems:
        start, *_, goal = problem.answer.split()
        if paths.params.tier == "natural":
            text = spoken(paths, problem).replace(
                "</think>", f"From {start} we get to {goal}.\n</think>"
            )
        else:
            text = spoken(paths, problem).replace("</think>", f"{start} {goal} ; </think>")
        assert faults(paths, problem, text) == [goal]
        grade = paths.grade(problem, text)
        assert grade.correct
        assert grade.derivation is False


def test_a_path_that_was_not_walked_is_right_without_a_derivation(
    paths: Paths, problems: list[Problem]
) -> None:
    for problem in problems:
        _, end, answer = spoken(paths, problem).partition("</think>")
        grade = paths.grade(problem, end + answer)
        assert grade.correct
        assert (grade.derivation, grade.unrecognised) == (False, True)


def test_part_of_a_path_and_two_paths_are_not_right(paths: Paths, problems: list[Problem]) -> None:
    problem, other = problems[:2]
    text = spoken(paths, problem)
    places = problem.answer.split()
    for wrong in (
        text.replace(f"{places[-2]} {places[-1]} </answer>", f"{places[-1]} </answer>"),
        text.replace(f", {places[-1]}}}", "}"),
    ):
        if wrong != text:
            assert paths.grade(problem, wrong).parsed
            assert not paths.grade(problem, wrong).correct
    both = paths.grade(problem, text + spoken(paths, other))
    assert both.contradictory
    assert not both.correct
    assert not paths.grade(problem, "no idea").parsed


def test_places_that_the_map_does_not_have_are_wrong_steps(
    paths: Paths, problems: list[Problem]
) -> None:
    text = spoken(paths, problems[0])
    assert faults(paths, problems[1], text)
    assert not paths.grade(problems[1], text).correct
