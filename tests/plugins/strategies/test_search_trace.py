"""The search trace: wrong arms walked to their ends before the right one."""

from __future__ import annotations

import random

import pytest

from bi_bench.api import Decline, Plan, Problem
from bi_bench.stages.demonstrate import demonstrations
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from bi_bench_plugins.benchmarks.paths import Paths, PathsParameters
from bi_bench_plugins.strategies.search_trace import SearchTrace
from tests.conftest import present
from tests.plugins.conftest import made

SEED = 3


@pytest.fixture(scope="module")
def paths() -> Paths:
    return Paths(PathsParameters(tier="embedded", arms=4, branches=1))


@pytest.fixture(scope="module")
def problems(paths: Paths) -> list[Problem]:
    return list(paths.problems("sft", 150, random.Random(0)))


def searched(paths: Paths, problem: Problem) -> Plan:
    ((draft, _),) = made(paths, SearchTrace(), problem, SEED)
    return present(draft.plan)


def test_the_path_itself_is_the_plain_one(paths: Paths, problems: list[Problem]) -> None:
    for problem in problems:
        plan = searched(paths, problem)
        assert plan.plain() == paths.plan(problem, random.Random(0))


def test_arms_are_walked_to_all_their_ends(paths: Paths, problems: list[Problem]) -> None:
    for problem in problems:
        graph = present(problem.graph)
        walked = [
            step.quantity for step in searched(paths, problem).steps if step.kind == "compute"
        ]
        assert len(set(walked)) == len(walked)
        for place in graph.redundant:
            if place.parents and graph[place.parents[0]] in graph.redundant:
                assert (place.name in walked) == (place.parents[0] in walked)


def test_a_search_comes_back_to_the_fork_before_the_next_arm(
    paths: Paths, problems: list[Problem]
) -> None:
    for problem in problems:
        graph, at = present(problem.graph), ""
        for step in searched(paths, problem).steps:
            if step.kind == "compute":
                assert graph[step.quantity].parents == (at,)
            at = step.quantity


def test_the_right_arm_is_as_often_first_as_last(paths: Paths, problems: list[Problem]) -> None:
    tries = [0] * 4
    for problem in problems:
        start = problem.answer.split()[0]
        plan = searched(paths, problem)
        tries[sum(s.kind == "restate" and s.quantity == start for s in plan.steps)] += 1
    assert all(abs(count / len(problems) - 0.25) < 0.12 for count in tries), tries


def test_graphs_that_are_no_trees_are_declined() -> None:
    igsm = IGSM(IGSMParameters(tier="embedded", ops=(8, 8)))
    problems = list(igsm.problems("sft", 5, random.Random(0)))
    results = [demonstrations(igsm, SearchTrace(), problem, SEED) for problem in problems]
    reasons = {result.reason for result in results if isinstance(result, Decline)}
    assert reasons == {"search-trace walks arms, and a quantity has several parents"}
