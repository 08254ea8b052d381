"""Spoken solutions read back to the plan they came from, and the verifier agrees."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bi_bench.api import SPLITS, Plan, Stated, Step, subgoal_count, verify
from bi_bench_plugins.benchmarks.igsm import IGSM, IGSMParameters
from tests.conftest import present
from tests.plugins.benchmarks.igsm.conftest import Draw
from tests.plugins.conftest import Edit


def outline(plan: Plan) -> list[tuple[str, str]]:
    return [(step.kind, step.quantity) for step in plan.steps if step.kind != "subgoal"]


def stated_outline(steps: list[Stated]) -> list[tuple[str, str]]:
    return [(step.kind, step.quantity) for step in steps]


@pytest.mark.parametrize("order", ["topological", "depth-first"])
def test_every_plan_reads_back_and_verifies(
    igsm: IGSM, draw: Draw, inject: Edit, order: str
) -> None:
    igsm = IGSM(igsm.params.model_copy(update={"order": order}))
    kinds = set()
    for seed, problem in enumerate(draw(igsm, 60)):
        rng = random.Random(seed)
        plan = inject(present(problem.graph), igsm.plan(problem, rng), rng)
        kinds |= {step.kind for step in plan.steps}
        text = igsm.speak(problem, plan, f"wording {seed}").text
        steps = igsm.steps(problem, text)
        assert stated_outline(steps) == outline(plan), text
        assert [v.problem for v in verify(present(problem.graph), steps) if not v.right] == [], text
        grade = igsm.grade(problem, text)
        assert grade.correct
        assert grade.derivation
    assert kinds == {"read", "compute", "attempt", "return", "restate", "subgoal"}


def test_subgoals_are_read_as_intermediate_results(igsm: IGSM, draw: Draw) -> None:
    for problem in draw(igsm, 60):
        plan = igsm.plan(problem, random.Random(0))
        counts = {
            step.quantity: subgoal_count(present(problem.graph), step.quantity)
            for step in plan.steps
            if step.kind == "compute"
        }
        detailed = Plan(
            tuple(
                spoken
                for step in plan.steps
                for spoken in (
                    step,
                    *[Step("subgoal", step.quantity, True)] * counts.get(step.quantity, 0),
                )
            )
        )
        before = igsm.steps(problem, igsm.speak(problem, plan, "w").text)
        after = igsm.steps(problem, igsm.speak(problem, detailed, "w").text)
        for short, long in zip(before, after, strict=True):
            assert len(long.chain) - len(short.chain) == counts.get(short.quantity, 0)


def test_without_the_injected_steps_the_words_are_the_plain_ones(
    igsm: IGSM, draw: Draw, inject: Edit
) -> None:
    for problem in draw(igsm, 20):
        plan = igsm.plan(problem, random.Random(1))
        edited = inject(present(problem.graph), plan, random.Random(2))
        assert len(edited.steps) > len(plan.steps)
        plain = igsm.speak(problem, plan, "w")
        assert igsm.speak(problem, edited.plain(), "w") == plain


def test_a_planted_error_spoils_exactly_the_lines_that_use_it(
    igsm: IGSM, draw: Draw, inject: Edit
) -> None:
    for seed, problem in enumerate(draw(igsm, 60)):
        rng = random.Random(seed)
        graph = present(problem.graph)
        plan = inject(graph, igsm.plan(problem, rng), rng)
        places = [i for i, step in enumerate(plan.steps) if step.kind in ("read", "compute")]
        place = rng.choice(places)
        steps = list(plan.steps)
        steps[place] = replace(steps[place], offset=rng.choice([1, 2, 5]))
        text = igsm.speak(problem, Plan(tuple(steps)), "w").text
        verdicts = verify(graph, igsm.steps(problem, text))
        said = {v.step.quantity: v.step.value for v in verdicts if v.step.value is not None}
        wrong = {name for name, value in said.items() if value != graph[name].value}
        expected = [
            v.step.value is not None
            and (v.step.quantity in wrong or not wrong.isdisjoint(graph[v.step.quantity].parents))
            for v in verdicts
        ]
        assert steps[place].quantity in wrong
        assert [not v.right for v in verdicts] == expected, text


def test_another_wording_says_the_same_in_other_words(draw: Draw) -> None:
    igsm = IGSM(IGSMParameters(ops=(5, 8)))
    problem = draw(igsm, 1)[0]
    plan = igsm.plan(problem, random.Random(0))
    one, two = (igsm.speak(problem, plan, wording).text for wording in ("one", "two"))
    assert one != two
    assert igsm.speak(problem, plan, "one").text == one
    outlines = [stated_outline(igsm.steps(problem, text)) for text in (one, two)]
    assert outlines[0] == outlines[1] == outline(plan)


def test_embedded_words_are_single_tokens_beside_their_values(draw: Draw, inject: Edit) -> None:
    igsm = IGSM(IGSMParameters(tier="embedded", ops=(2, 5), ops_ood=(6, 8)))
    vocabulary = {*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *map(str, range(7))}
    vocabulary |= set(":;.?=+-*()") | {"try", "need", "back", "recall"}
    vocabulary |= {"<think>", "</think>", "<answer>", "</answer>"}
    for problem in draw(igsm, 50):
        plan = inject(
            present(problem.graph), igsm.plan(problem, random.Random(0)), random.Random(1)
        )
        text = f"{igsm.ask(problem)} {igsm.speak(problem, plan, 'w').text}"
        assert set(text.split(" ")) <= vocabulary
        assert present(problem.graph).modulus == 7


@pytest.mark.parametrize("ops", [(1, 2), (2, 5), (15, 20)])
def test_the_longest_embedded_solutions_fit(draw: Draw, ops: tuple[int, int]) -> None:
    params = IGSMParameters(tier="embedded", ops=ops, ops_ood=ops, ops_pretrain=(1, 1))
    igsm = IGSM(params)
    for problem in draw(igsm, 100):
        plan = igsm.plan(problem, random.Random(0))
        computed = [step.quantity for step in plan.steps if step.kind == "compute"]
        steps = [Step("attempt", name, True) for name in computed]
        for step in plan.steps:
            steps += [Step("return", step.quantity, True)] * (step.quantity in computed)
            steps += [Step("restate", step.quantity, True), step]
            if step.quantity in computed:
                count = subgoal_count(present(problem.graph), step.quantity)
                steps += [Step("subgoal", step.quantity, True)] * count
        words = igsm.speak(problem, Plan(tuple(steps)), "w").text.split()
        assert len(words) < igsm.max_new_tokens


def test_room_is_for_the_hardest_split() -> None:
    igsm = IGSM(IGSMParameters(tier="embedded", ops=(2, 5), ops_ood=(6, 8)))
    assert igsm.max_new_tokens == 40 * max(igsm.params.ops_of(split)[1] for split in SPLITS) == 320
