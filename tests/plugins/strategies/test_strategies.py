from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from bi_bench.api import DraftContext, Plan, Problem, Solution, Strategy, verify
from bi_bench.stages.demonstrate import demonstrations
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.bridge import ANALYSIS, Bridge, BridgeParameters
from bi_bench_plugins.strategies.sabotage import Sabotage, SabotageParameters
from bi_bench_plugins.strategies.vanilla import Vanilla

SEED = 3


@pytest.fixture(scope="module")
def source() -> IGSM:
    return IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (8, 12)}))


@pytest.fixture(scope="module")
def problems(source: IGSM) -> list[Problem]:
    return list(source.problems("sft", 250, random.Random(5)))


def made(
    source: IGSM, strategy: Strategy, problems: list[Problem]
) -> Iterator[tuple[Plan, Solution]]:
    for problem in problems:
        result = demonstrations(source, strategy, problem, SEED)
        assert isinstance(result, list)
        ((draft, solution),) = result
        assert draft.plan is not None
        yield draft.plan, solution


def kinds(source: IGSM, strategy: Strategy, problems: list[Problem]) -> Counter[str]:
    return Counter(
        step.kind
        for plan, _ in made(source, strategy, problems)
        for step in plan.steps
        if step.injected
    )


def test_vanilla_injects_nothing(source: IGSM, problems: list[Problem]) -> None:
    assert kinds(source, Vanilla(), problems) == Counter()


def test_arms_are_question_matched(source: IGSM, problems: list[Problem]) -> None:
    vanilla = [solution for _, solution in made(source, Vanilla(), problems)]
    arm = Bridge(BridgeParameters(reflection=0.4, analysis=4))
    for (plan, _), problem, plain in zip(
        made(source, arm, problems), problems, vanilla, strict=True
    ):
        again = source.speak(problem, plan.plain(), f"{SEED}/{problem.id}")
        assert again == plain


@pytest.mark.parametrize(
    ("params", "present"),
    [
        ({"reflection": 0.0, "analysis": 0, "subgoals": False}, set()),
        ({"reflection": 0.0, "analysis": 0, "subgoals": True}, {"subgoal"}),
        ({"reflection": 0.0, "analysis": 4, "subgoals": False}, {"restate"}),
    ],
)
def test_each_behaviour_is_switched_alone(
    source: IGSM, problems: list[Problem], params: dict[str, object], present: set[str]
) -> None:
    assert set(kinds(source, Bridge(BridgeParameters.model_validate(params)), problems)) == present


@pytest.mark.parametrize(
    ("params", "absent"),
    [
        ({"reflection": 0.0}, {"attempt", "return", "read", "compute"}),
        ({"analysis": 0}, {"restate"}),
        ({"subgoals": False}, {"subgoal"}),
    ],
)
def test_each_behaviour_is_switched_off_alone(
    source: IGSM, problems: list[Problem], params: dict[str, object], absent: set[str]
) -> None:
    everything = {"reflection": 0.4, "analysis": 4}
    present = set(kinds(source, Bridge(BridgeParameters.model_validate(everything)), problems))
    assert present == {"attempt", "return", "read", "compute", "restate", "subgoal"}
    arm = Bridge(BridgeParameters.model_validate({**everything, **params}))
    assert set(kinds(source, arm, problems)) == present - absent


def test_reflection_alone_attempts_returns_and_solves_redundant_quantities(
    source: IGSM, problems: list[Problem]
) -> None:
    arm = Bridge(BridgeParameters(reflection=0.3, analysis=0, subgoals=False))
    counts = kinds(source, arm, problems)
    assert set(counts) <= {"attempt", "return", "read", "compute"}
    assert 0 < counts["return"] <= counts["attempt"]


def test_reflection_probability_is_the_share_of_slots(
    source: IGSM, problems: list[Problem]
) -> None:
    arm = Bridge(BridgeParameters(reflection=1.0, analysis=0, subgoals=False))
    slots = looked = 0
    for plan, _ in made(source, arm, problems):
        base = [step for step in plan.steps if not step.injected]
        slots += max(0, len(base) - 2)
        looked += sum(s.injected and s.kind in ("attempt", "read", "compute") for s in plan.steps)
    # The last steps of a solution leave nothing that is still locked, so not every slot is used.
    assert 0.6 * slots < looked <= slots


def test_analysis_levels_restate_with_the_stated_probability(
    source: IGSM, problems: list[Problem]
) -> None:
    arm = Bridge(BridgeParameters(reflection=0.0, analysis=2, subgoals=False))
    seen: Counter[int] = Counter()
    restated: Counter[int] = Counter()
    for problem, (plan, _) in zip(problems, made(source, arm, problems), strict=True):
        assert problem.graph is not None
        for step in plan.steps:
            quantity = problem.graph[step.quantity]
            operands = min(quantity.operands, 4)
            if step.kind == "restate":
                restated[operands] += 1
            elif quantity.premise:
                seen[operands] += 1
    for operands, count in seen.items():
        expected = ANALYSIS[2][operands]
        assert abs(restated[operands] / count - expected) < 4 * (0.25 / count) ** 0.5


def test_sabotage_plants_one_wrong_step_in_the_asked_share(
    source: IGSM, problems: list[Problem]
) -> None:
    arm = Sabotage(SabotageParameters(share=0.6))
    planted = 0
    for problem, (plan, solution) in zip(problems, made(source, arm, problems), strict=True):
        assert problem.graph is not None
        wrong = [step for step in plan.steps if step.offset]
        assert len(wrong) <= 1
        verdicts = verify(problem.graph, source.steps(problem, solution.text))
        assert bool(wrong) == any(not verdict.right for verdict in verdicts)
        planted += len(wrong)
    assert abs(planted / len(problems) - 0.6) < 0.12


def test_the_strategies_do_not_share_random_numbers(source: IGSM, problems: list[Problem]) -> None:
    problem = problems[0]
    first = demonstrations(source, Bridge(BridgeParameters(reflection=0.9)), problem, SEED)
    again = demonstrations(source, Bridge(BridgeParameters(reflection=0.9)), problem, SEED)
    assert first == again
    context = DraftContext(random.Random(0))
    assert next(iter(Vanilla().drafts(problem, None, context))).plan is None
