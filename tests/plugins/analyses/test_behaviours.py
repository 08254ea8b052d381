"""Counts of behaviours against what the gold plans and spans say was spoken."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from bi_bench.api import Problem, ReasoningGraph, Solution, UserError
from bi_bench.artifacts.problems import write_problems
from bi_bench_plugins.analyses.behaviours import BEHAVIOURS, count
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters
from tests.conftest import present
from tests.plugins.analyses.conftest import Evaluation, Measure

OF_KIND = {
    "attempt": "attempts",
    "return": "returns",
    "restate": "restatements",
    "subgoal": "subgoals",
}


def gold(igsm: IGSM, problem: Problem, reflection: float) -> tuple[Solution, Counter[str]]:
    """A demonstration at high rates with its behaviours, from the plan and its spans alone."""
    assert problem.graph is not None
    rng = random.Random(problem.id)
    bridge = Bridge(BridgeParameters.model_validate({"reflection": reflection, "analysis": 4}))
    plan = bridge.inject(problem, igsm.plan(problem, rng), rng)
    solution = igsm.speak(problem, plan, "w")
    kinds = {span.step: span.kind for span in solution.spans}
    wanted: Counter[str] = Counter()
    for index, kind in kinds.items():
        needed = problem.graph[plan.steps[index].quantity].needed
        wanted[OF_KIND.get(kind, kind)] += 1
        wanted["redundant"] += kind in ("read", "compute") and not needed
    return solution, Counter({name: wanted[name] for name in BEHAVIOURS})


@pytest.mark.parametrize(
    "params",
    [
        {"tier": "natural", "ops": (8, 12)},
        {"tier": "natural", "ops": (4, 6), "modulus": 23},
        {"tier": "embedded", "ops": (4, 9)},
        {"tier": "embedded", "ops": (4, 9), "modulus": 0, "order": "depth-first"},
    ],
)
@pytest.mark.parametrize("reflection", [0.0, 0.5, 1.0])
def test_every_behaviour_of_every_gold_demonstration_is_found(
    params: dict[str, object], reflection: float
) -> None:
    igsm = IGSM(IGSMParameters.model_validate({"ops_ood": (13, 14), **params}))
    total: Counter[str] = Counter()
    for problem in igsm.problems("sft", 60, random.Random(0)):
        solution, wanted = gold(igsm, problem, reflection)
        assert isinstance(problem.graph, ReasoningGraph)
        found = count(problem.graph, igsm.steps(problem, solution.text))
        assert {name: found[name] for name in BEHAVIOURS} == dict(wanted), solution.text
        total += wanted
    if reflection:
        assert all(total[name] > 5 for name in BEHAVIOURS), total


def test_what_only_looks_like_a_behaviour_does_not_count(
    igsm: IGSM, problems: list[Problem]
) -> None:
    graph = present(problems[0].graph)
    free = next(q.name for q in graph.quantities if not q.parents)
    child = next(q for q in graph.quantities if q.parents)
    none = next(letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in graph.by_name)
    parents = " ".join(child.parents)
    said = " ".join(f"{name} {graph[name].value} ;" for name in child.parents)
    for text, attempts, returns in (
        (f"try {free} need {free} ;", 0, 0),  # nothing is missing
        (f"back {child.name} ;", 0, 0),  # nobody was there
        (f"try {child.name} need {parents} ; back {child.name} ;", 1, 1),
        (f"{said} try {child.name} need {parents} ; back {child.name} ;", 0, 0),
        (f"try {none} need {free} ; back {none} ;", 0, 0),  # no such quantity
    ):
        found = count(graph, igsm.steps(problems[0], text))
        assert (found["attempts"], found["returns"]) == (attempts, returns), text


def test_means_over_the_answers_of_an_evaluation(
    measure: Measure, evaluation: Evaluation, igsm: IGSM, problems: list[Problem], tmp_path: Path
) -> None:
    answers: list[tuple[str, str, float]] = []
    totals: Counter[str] = Counter()
    for problem in problems:
        solution, wanted = gold(igsm, problem, 1.0)
        answers += [(problem.id, solution.text, 0.0), (problem.id, "nothing", 1.0)]
        totals += wanted
    written = tmp_path / "problems"
    written.mkdir()
    write_problems(written, problems)
    plain = [(p.id, igsm.speak(p, igsm.plan(p, random.Random(0)), "w").text, 0.0) for p in problems]
    folders = {
        "problems/test-id": written,
        "pre/test-id": evaluation("pre/test-id", plain),
        "post/test-id": evaluation("post/test-id", answers),
    }
    pre, post = measure("behaviours", folders)
    assert (pre["evaluation"], post["evaluation"]) == ("pre/test-id", "post/test-id")
    assert {pre[name] for name in BEHAVIOURS} == {0}
    assert pre["wrong"] == post["wrong"] == 0
    assert post["answers"] == len(problems)
    for name in BEHAVIOURS:
        assert post[name] == pytest.approx(totals[name] / len(problems))
    assert totals["attempts"] > 0
    del folders["pre/test-id"]
    (sampled,) = measure("behaviours", folders, decoding="sampled")
    assert sampled["attempts"] == sampled["with attempt"] == 0
    assert sampled["wrong"] is None


def test_answers_that_are_not_there_are_an_error(
    measure: Measure, evaluation: Evaluation, folders: dict[str, Path]
) -> None:
    folder = evaluation("pre/probe", [("a", "b", 0.0)])
    roles = {"problems/probe": folders["problems/probe"], "pre/probe": folder}
    with pytest.raises(UserError, match=r"pre/probe has no such answers; raise .*samples"):
        measure("behaviours", roles, decoding="sampled")


def test_problems_without_a_graph_do_not_count(
    measure: Measure, evaluation: Evaluation, igsm: IGSM, problems: list[Problem], tmp_path: Path
) -> None:
    bare = replace(problems[0], graph=None)
    right = igsm.speak(problems[1], igsm.plan(problems[1], random.Random(0)), "w").text
    answers = [(bare.id, right, 0.0), (problems[1].id, right, 0.0)]
    written = tmp_path / "problems"
    written.mkdir()
    write_problems(written, [bare, problems[1]])
    folders = {"problems/test-id": written, "pre/test-id": evaluation("pre/test-id", answers)}
    (row,) = measure("behaviours", folders)
    assert (row["answers"], row["wrong"]) == (1, 0)
    write_problems(written, [bare])
    folders = {"problems/test-id": written, "post/test-id": evaluation("post/test-id", answers[:1])}
    with pytest.raises(UserError, match="no problem of test-id has a graph"):
        measure("behaviours", folders)
