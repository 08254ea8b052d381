"""The controls against the arm that they control for: as long, in the same places, as many tokens."""

from __future__ import annotations

import random

import pytest

from bi_bench.api import Plan, Problem, Strategy, Voice, verify
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny.vocabulary import embedded_words
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters
from bi_bench_plugins.strategies.duplicate import Duplicate
from bi_bench_plugins.strategies.filler import Filler
from bi_bench_plugins.strategies.shuffled import ShuffledBehaviours
from bi_bench_plugins.strategies.vanilla import Vanilla
from tests.conftest import present
from tests.plugins.conftest import made

SEED = 3
MUCH = BridgeParameters(reflection=0.5, analysis=4)
OFF = BridgeParameters(reflection=0.0, analysis=0, subgoals=False)


@pytest.fixture(scope="module", params=["natural", "embedded"])
def source(request: pytest.FixtureRequest) -> IGSM:
    return IGSM(IGSMParameters.model_validate({"tier": request.param, "ops": (6, 12)}))


@pytest.fixture(scope="module")
def problems(source: IGSM) -> list[Problem]:
    return list(source.problems("sft", 60, random.Random(5)))


def only(source: IGSM, strategy: Strategy, problem: Problem) -> tuple[Plan, str]:
    ((draft, solution),) = made(source, strategy, problem, SEED)
    return present(draft.plan), solution.text


@pytest.mark.parametrize("params", [BridgeParameters(), MUCH], ids=["default", "much"])
def test_filler_is_exactly_as_long_as_bridge(
    source: IGSM, problems: list[Problem], params: BridgeParameters
) -> None:
    for problem in problems:
        _, bridge = only(source, Bridge(params), problem)
        _, filler = only(source, Filler(params), problem)
        assert len(filler.split()) == len(bridge.split())


def test_filler_says_nothing_but_the_plain_solution(source: IGSM, problems: list[Problem]) -> None:
    for problem in problems:
        vanilla, said = only(source, Vanilla(), problem)
        plan, text = only(source, Filler(MUCH), problem)
        assert plan.plain() == vanilla
        assert {step.kind for step in plan.steps if step.injected} == {"filler"}
        steps = source.steps(problem, text)
        assert all(verdict.right for verdict in verify(present(problem.graph), steps))
        outline = [(step.kind, step.quantity, step.chain) for step in steps]
        plain = source.steps(problem, said)
        assert outline == [(step.kind, step.quantity, step.chain) for step in plain]
        assert source.grade(problem, text).derivation


@pytest.mark.parametrize("words", range(1, 30))
def test_filler_has_the_asked_length_and_no_step(
    source: IGSM, problems: list[Problem], words: int
) -> None:
    graph = present(problems[0].graph)
    voice = source.tier.voice(graph, "w")
    text = voice.filler(graph[graph.target], words)
    assert len(text.split(" ")) == words
    assert source.steps(problems[0], f"{text} {text}") == []
    assert len(Voice.filler(voice, graph[graph.target], words).split(" ")) == words


def test_embedded_filler_is_made_of_words_that_the_tiny_model_has(
    source: IGSM, problems: list[Problem]
) -> None:
    if source.params.tier == "embedded":
        known = set(embedded_words())
        assert all(set(only(source, Filler(MUCH), p)[1].split()) <= known for p in problems)


def test_shuffled_behaviours_stand_where_those_of_bridge_stand(
    source: IGSM, problems: list[Problem]
) -> None:
    for problem in problems:
        bridge, _ = only(source, Bridge(MUCH), problem)
        shuffled, _ = only(source, ShuffledBehaviours(MUCH), problem)
        assert [(s.kind, s.quantity, s.injected) for s in shuffled.steps] == [
            (s.kind, s.quantity, s.injected) for s in bridge.steps
        ]
        assert shuffled.plain() == bridge.plain()


def test_shuffled_behaviours_are_read_back_with_the_content_of_another_quantity(
    source: IGSM, problems: list[Problem]
) -> None:
    borrowed = kept = 0
    for problem in problems:
        plan, text = only(source, ShuffledBehaviours(MUCH), problem)
        spoken = [step for step in plan.steps if step.kind != "subgoal"]
        stated = source.steps(problem, text)
        verdicts = verify(present(problem.graph), stated)
        assert [step.kind for step in spoken] == [step.kind for step in stated], text
        for step, verdict in zip(spoken, verdicts, strict=True):
            if step.content and step.kind == "attempt":
                assert set(verdict.step.missing) == set(
                    present(problem.graph)[step.content].parents
                )
                assert not verdict.right
            elif step.content:
                assert verdict.step.quantity == step.content != step.quantity
                assert verdict.right == (step.kind == "restate")
            elif step.kind in ("read", "compute"):
                assert verdict.step.value == present(problem.graph)[step.quantity].value
        behaviours = [s for s in plan.steps if s.injected and s.kind not in ("read", "compute")]
        borrowed += sum(bool(step.content) for step in behaviours)
        kept += sum(not step.content for step in behaviours)
        assert source.grade(problem, text).correct
    assert borrowed > 20 * kept


def test_shuffled_intermediate_results_are_those_of_another_computation(
    source: IGSM, problems: list[Problem]
) -> None:
    wrong = total = 0
    for problem in problems:
        arm = ShuffledBehaviours(OFF.model_copy(update={"subgoals": True}))
        plan, text = only(source, arm, problem)
        verdicts = verify(present(problem.graph), source.steps(problem, text))
        total += len({s.quantity for s in plan.steps if s.content})
        wrong += sum(not verdict.right for verdict in verdicts)
    assert 0.8 * total < wrong <= total  # a borrowed one is the same by chance now and then
    assert not ShuffledBehaviours.faithful


def test_duplicates_are_the_vanilla_demonstration_as_often_as_bridge_is_longer(
    source: IGSM, problems: list[Problem]
) -> None:
    def words(text: str) -> int:
        return len(text.split()) + 1  # and the end

    wanted = present = 0
    for problem in problems:
        _, plain = only(source, Vanilla(), problem)
        _, bridge = only(source, Bridge(MUCH), problem)
        result = made(source, Duplicate(MUCH), problem, SEED)
        assert {solution.text for _, solution in result} == {plain}
        assert abs(len(result) - words(bridge) / words(plain)) < 1
        assert result == made(source, Duplicate(MUCH), problem, SEED)
        wanted += words(bridge)
        present += len(result) * words(plain)
    assert abs(present / wanted - 1) < 0.1


@pytest.mark.parametrize("arm", [Filler, ShuffledBehaviours, Duplicate])
def test_controls_of_nothing_are_vanilla(
    source: IGSM,
    problems: list[Problem],
    arm: type[Filler] | type[ShuffledBehaviours] | type[Duplicate],
) -> None:
    for problem in problems:
        assert only(source, arm(OFF), problem) == only(source, Vanilla(), problem)
