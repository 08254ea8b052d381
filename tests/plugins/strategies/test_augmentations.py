"""PP-Aug and RC-Aug: several demonstrations of a problem, all true, none twice."""

from __future__ import annotations

import random
from math import factorial

import pytest

from bi_bench.api import (
    Decline,
    Draft,
    DraftContext,
    Plan,
    Problem,
    Quantity,
    ReasoningGraph,
    Solution,
    Strategy,
    base_plan,
    verify,
)
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.natural import NaturalVoice
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.strategies.chain_reordering import ChainReordering, ChainReorderingParameters
from bi_bench_plugins.strategies.distinct import distinct
from bi_bench_plugins.strategies.premise_permutation import (
    PremisePermutation,
    PremisePermutationParameters,
)
from bi_bench_plugins.strategies.vanilla import Vanilla
from tests.conftest import present
from tests.plugins.conftest import made as demonstrated

SEED = 3


@pytest.fixture(scope="module", params=["natural", "embedded"])
def source(request: pytest.FixtureRequest) -> IGSM:
    return IGSM(IGSMParameters.model_validate({"tier": request.param, "ops": (6, 12)}))


@pytest.fixture(scope="module")
def problems(source: IGSM) -> list[Problem]:
    return list(source.problems("sft", 40, random.Random(5)))


def made(source: IGSM, strategy: Strategy, problem: Problem) -> list[tuple[Draft, Solution]]:
    return demonstrated(source, strategy, problem, SEED)


def drafts_of(
    strategy: Strategy, problem: Problem, plan: Plan | None, context: DraftContext
) -> list[Draft]:
    drafts = strategy.drafts(problem, plan, context)
    assert not isinstance(drafts, Decline)
    return list(drafts)


@pytest.mark.parametrize("arm", [PremisePermutation, ChainReordering])
def test_the_first_demonstration_is_the_vanilla_one(
    source: IGSM, problems: list[Problem], arm: type[PremisePermutation] | type[ChainReordering]
) -> None:
    for problem in problems:
        ((_, plain),) = made(source, Vanilla(), problem)
        draft, solution = made(source, arm(), problem)[0]
        assert solution == plain
        assert source.ask(problem, draft.premise_order) == source.ask(problem)


def test_premises_change_places_and_nothing_else_changes(
    source: IGSM, problems: list[Problem]
) -> None:
    premise = "\n" if source.params.tier == "natural" else " . "
    for problem in problems:
        copies = made(source, PremisePermutation(), problem)
        assert len({solution.text for _, solution in copies}) == 1
        prompts = [source.ask(problem, draft.premise_order) for draft, _ in copies]
        assert len(set(prompts)) == 4
        pieces = [prompt.replace(source.tier.prompt_end, "").split(premise) for prompt in prompts]
        assert len({tuple(sorted(piece[:-1])) for piece in pieces}) == 1
        assert len({piece[-1] for piece in pieces}) == 1  # the question itself stays last
        assert len(pieces[0]) == source.premises(problem) + 1


def test_orders_are_solvable_and_words_are_fresh(source: IGSM, problems: list[Problem]) -> None:
    for problem in problems:
        copies = made(source, ChainReordering(), problem)
        orders = [tuple(step.quantity for step in present(draft.plan).steps) for draft, _ in copies]
        assert len(set(orders)) == len(orders)
        assert {order[-1] for order in orders} == {present(problem.graph).target}
        assert len({frozenset(order) for order in orders}) == 1
        for _, solution in copies:
            steps = source.steps(problem, solution.text)
            assert all(verdict.right for verdict in verify(present(problem.graph), steps))
            assert source.grade(problem, solution.text).derivation
        assert all(draft.premise_order is None for draft, _ in copies)
        if source.params.tier == "natural":  # another letter for the same quantity
            first, second = (
                source.tier.voice(present(problem.graph), f"{SEED}/{problem.id}{n}")
                for n in ("", "/1")
            )
            assert isinstance(first, NaturalVoice)
            assert isinstance(second, NaturalVoice)
            assert first.letters != second.letters
            assert len(copies) == 1 or second.opening in copies[1][1].text


def small_graph(leaves: int) -> tuple[Problem, ReasoningGraph]:
    names = [f"leaf{i}" for i in range(leaves)]
    total = Quantity("total", ("+", *names, 1) if names else 1, leaves + 1)
    graph = ReasoningGraph((*(Quantity(name, 1, 1) for name in names), total), "total")
    return Problem("p", "?", str(leaves + 1), graph=graph), graph


@pytest.mark.parametrize(("leaves", "orders"), [(0, 1), (1, 1), (2, 2), (3, 6), (4, 20)])
def test_chains_without_enough_orders_have_fewer_copies(leaves: int, orders: int) -> None:
    problem, graph = small_graph(leaves)
    strategy = ChainReordering(ChainReorderingParameters(copies=20))
    plan = base_plan(graph, "topological", random.Random(0))
    drafts = drafts_of(strategy, problem, plan, DraftContext(random.Random(1)))
    assert len({draft.plan for draft in drafts}) == len(drafts) == min(20, orders)
    assert drafts[0].plan == plan
    assert [draft.wording for draft in drafts] == list(range(len(drafts)))


@pytest.mark.parametrize("premises", [1, 2, 3, 4])
def test_questions_without_enough_premises_have_fewer_copies(premises: int) -> None:
    problem, _ = small_graph(0)
    strategy = PremisePermutation(PremisePermutationParameters(copies=20))
    drafts = drafts_of(strategy, problem, None, DraftContext(random.Random(1), premises))
    assert len({draft.premise_order for draft in drafts}) == len(drafts)
    assert len(drafts) == min(20, factorial(premises))


def test_premises_that_cannot_move_are_a_reason_to_decline() -> None:
    problem, _ = small_graph(0)
    declined = PremisePermutation().drafts(problem, None, DraftContext(random.Random(1)))
    assert isinstance(declined, Decline)


def test_an_order_that_is_no_permutation_is_refused(source: IGSM, problems: list[Problem]) -> None:
    with pytest.raises(ValueError, match="no permutation"):
        source.ask(problems[0], (0, 0))


def test_a_draw_that_never_changes_ends() -> None:
    assert distinct("same", lambda: "same", 50) == ["same"]
