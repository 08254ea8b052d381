from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bi_bench.api import (
    DraftContext,
    Plan,
    Problem,
    Quantity,
    ReasoningGraph,
    Stated,
    Step,
    base_plan,
    needed_steps,
    needed_steps_right,
    subgoal_count,
    verify,
)
from bi_bench.api.expression import render
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters


def benchmark(tier: str) -> IGSM:
    ops = (3, 8) if tier == "embedded" else (8, 15)
    return IGSM(IGSMParameters.model_validate({"tier": tier, "ops": ops}))


def some(tier: str, n: int = 40) -> tuple[IGSM, list[Problem]]:
    source = benchmark(tier)
    return source, list(source.problems("sft", n, random.Random(7)))


def injected(problem: Problem, plan: Plan, seed: int) -> Plan:
    strategy = Bridge(BridgeParameters(reflection=0.5, analysis=3))
    (draft,) = strategy.drafts(problem, plan, DraftContext(random.Random(seed)))
    assert draft.plan is not None
    return draft.plan


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_dropping_injected_steps_and_speaking_again_gives_the_vanilla_text(tier: str) -> None:
    source, problems = some(tier)
    changed = 0
    for seed, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(seed))
        assert plan is not None
        vanilla = source.speak(problem, plan, "w")
        spoken = injected(problem, plan, seed)
        assert source.speak(problem, spoken.plain(), "w") == vanilla
        changed += source.speak(problem, spoken, "w") != vanilla
    assert changed > len(problems) // 2


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_every_spoken_line_is_verified_and_spans_cover_their_words(tier: str) -> None:
    source, problems = some(tier)
    for seed, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(seed))
        assert plan is not None
        assert problem.graph is not None
        spoken = injected(problem, plan, seed)
        solution = source.speak(problem, spoken, "w")
        verdicts = verify(problem.graph, source.steps(problem, solution.text))
        assert [v.problem for v in verdicts if not v.right] == []
        lines = [s for s in spoken.steps if s.kind != "subgoal"]
        assert [(v.step.kind, v.step.quantity) for v in verdicts] == [
            (s.kind, s.quantity) for s in lines
        ]
        assert {span.step for span in solution.spans} == set(range(len(spoken.steps)))
        assert all(solution.text[span.start : span.end].strip() for span in solution.spans)


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_a_planted_value_is_found_and_propagated(tier: str) -> None:
    source, problems = some(tier)
    for seed, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(seed))
        assert plan is not None
        assert problem.graph is not None
        index = seed % len(plan.steps)
        steps: Sequence[Step] = [
            replace(step, offset=1) if position == index else step
            for position, step in enumerate(plan.steps)
        ]
        solution = source.speak(problem, Plan(tuple(steps)), "w")
        verdicts = verify(problem.graph, source.steps(problem, solution.text))
        first = next(i for i, verdict in enumerate(verdicts) if not verdict.right)
        assert first == index
        assert not needed_steps_right(problem.graph, [v.step for v in verdicts])
        assert not source.grade(problem, solution.text).derivation


@pytest.mark.parametrize("tier", ["embedded", "natural"])
def test_a_missing_step_is_distinguished_from_a_wrong_one(tier: str) -> None:
    source, problems = some(tier)
    for seed, problem in enumerate(problems):
        plan = source.plan(problem, random.Random(seed))
        assert plan is not None
        assert problem.graph is not None
        text = source.speak(problem, plan, "w").text
        steps = source.steps(problem, text)
        assert needed_steps(problem.graph, steps) == "right"
        left_out = steps[seed % len(steps)]
        without = text[: left_out.start] + text[left_out.end :]
        grade = source.grade(problem, without)
        assert (grade.correct, grade.derivation, grade.unrecognised) == (True, False, True)
        wrong = [replace(s, chain=(*s.chain[:-1], s.chain[-1] + 1)) for s in steps[:1]]  # type: ignore[operator]
        assert needed_steps(problem.graph, wrong) == "wrong"
        assert needed_steps(problem.graph, []) == "unrecognised"


def test_the_verifier_names_each_kind_of_fault() -> None:
    _source, problems = some("embedded", 1)
    graph = problems[0].graph
    assert graph is not None
    leaf = next(q for q in graph.quantities if not q.parents)
    inner = next(q for q in graph.quantities if q.parents and q.premise)
    faults = {
        "no quantity": Stated("read", "nothing", 0, 1, (1,)),
        "does not give": Stated("read", leaf.name, 0, 1, (leaf.value + 1,)),
        "before it is known": Stated("compute", inner.name, 0, 1, (inner.equation, inner.value)),
        "wrong list": Stated("attempt", inner.name, 0, 1, missing=("nothing",)),
        "not blocked": Stated("attempt", leaf.name, 0, 1, missing=("x",)),
        "never attempted": Stated("return", inner.name, 0, 1),
        f"the question says {render(inner.equation)}": Stated("restate", inner.name, 0, 1, (99,)),
    }
    for message, step in faults.items():
        (verdict,) = verify(graph, [step])
        assert message in verdict.problem


def test_faults_show_expressions_as_they_are_written() -> None:
    graph = ReasoningGraph(
        (
            Quantity("a", 1, 1),
            Quantity("b", ("*", 2, ("+", "a", 3)), 8),
            Quantity("implicit", ("+", "a", "b"), 9, premise=False),
        ),
        "implicit",
    )
    steps = [
        Stated("read", "a", 0, 1, (1,)),
        Stated("restate", "b", 1, 2, (("+", "a", 3),)),
        Stated("compute", "b", 2, 3, (("*", 2, ("+", "a", 3)), ("*", 2, ("+", 2, 3)), 10)),
        Stated("restate", "implicit", 3, 4, (("+", "a", "b"),)),
    ]
    assert [verdict.problem for verdict in verify(graph, steps)] == [
        "",
        "the question says 2 * ( a + 3 )",
        "the numbers put in are not the true ones: 2 * ( 1 + 3 )",
        "not a premise: the equation follows from the names",
    ]


def test_subgoals_are_spoken_inside_their_computation() -> None:
    source, problems = some("embedded", 60)
    nested = next(
        (p, q.name)
        for p in problems
        for q in (p.graph.needed if p.graph else ())
        if q.parents and p.graph and subgoal_count(p.graph, q.name)
    )
    problem, name = nested
    assert problem.graph is not None
    plan = base_plan(problem.graph, "topological", random.Random(0))
    steps: list[Step] = []
    for step in plan.steps:
        steps.append(step)
        if step.quantity == name:
            steps += [Step("subgoal", name, injected=True)] * subgoal_count(problem.graph, name)
    with_subgoals = source.speak(problem, Plan(tuple(steps)), "w")
    plain = source.speak(problem, plan, "w")
    assert len(with_subgoals.text) > len(plain.text)
    assert with_subgoals.text.count("=") == plain.text.count("=") + subgoal_count(
        problem.graph, name
    )
