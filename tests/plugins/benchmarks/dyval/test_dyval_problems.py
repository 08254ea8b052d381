"""Problems: determinism, splits, levels, descriptions, names, bounds and speed."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Sequence
from typing import Literal

import pytest

from bi_bench.api import SPLITS, Problem, Quantity, ReasoningGraph
from bi_bench.api.expression import Expression, number_text
from bi_bench_plugins.benchmarks.dyval import DyValArithmetic, DyValParameters
from bi_bench_plugins.benchmarks.shared import splits
from tests.conftest import present
from tests.plugins.benchmarks.dyval.conftest import Draw


def test_the_same_seed_gives_the_same_problems(dyval: DyValArithmetic, draw: Draw) -> None:
    assert draw(dyval, 20) == draw(dyval, 20)
    assert draw(dyval, 20) != draw(dyval, 20, seed=1)
    assert draw(dyval, 20)[:5] == draw(dyval, 5)


@pytest.mark.parametrize("tier", ["natural", "embedded"])
def test_no_two_splits_share_a_structure(draw: Draw, tier: Literal["natural", "embedded"]) -> None:
    ranges = {"depth": (3, 4), "depth_ood": (3, 4), "depth_pretrain": (3, 4)}
    dyval = DyValArithmetic(DyValParameters.model_validate({"tier": tier, **ranges}))
    owners: dict[str, str] = {}
    for split in SPLITS:
        found = draw(dyval, 40, split)
        assert len(found) == 40
        for problem in found:
            structure = present(problem.graph).structure_hash()
            assert problem.cluster == structure
            assert owners.setdefault(structure, split) == split


def test_problems_survive_json(dyval: DyValArithmetic, draw: Draw) -> None:
    for problem in draw(dyval, 20):
        assert Problem.from_json(json.loads(json.dumps(problem.to_json()))) == problem


def test_each_split_has_its_levels(draw: Draw) -> None:
    params = DyValParameters(
        tier="embedded", depth=(3, 3), depth_ood=(5, 6), depth_pretrain=(4, 4), depth_val=(5, 5)
    )
    expected = {"pretrain": {4}, "val": {5}, "test-ood": {5, 6}}
    for split in SPLITS:
        found = draw(DyValArithmetic(params), 40, split)
        assert {p.metadata["depth"] for p in found} == expected.get(split, {3})
        assert all(len(present(p.graph).quantities) <= 52 for p in found)
        assert all(p.id.startswith(f"dyval-arithmetic-embedded/{split}/") for p in found)


def test_answers_are_positive_values_of_the_target_and_in_range(
    dyval: DyValArithmetic, draw: Draw
) -> None:
    for problem in draw(dyval, 50):
        graph = present(problem.graph)
        value = graph[graph.target].value
        assert problem.answer == number_text(value)
        assert graph.exact != dyval.params.real or graph.exact
        assert 1e-4 <= value < (graph.modulus or dyval.params.bound)
        assert all(abs(q.value) < dyval.params.bound for q in graph.quantities)
        assert all(quantity.needed and quantity.premise for quantity in graph.quantities)


def test_rounding_does_not_change_the_answer(draw: Draw) -> None:
    def precise(graph: ReasoningGraph, name: str) -> float:
        def value(expression: Expression) -> float:
            if isinstance(expression, str):
                return precise(graph, expression)
            if not isinstance(expression, tuple):
                return float(expression)
            operands = [value(operand) for operand in expression[1:]]
            match expression[0]:
                case "+":
                    return sum(operands)
                case "-":
                    return operands[0] - operands[1]
                case "*":
                    return math.prod(operands)
                case "/":
                    return operands[0] / operands[1]
            return math.sqrt(operands[0])

        return value(graph[name].equation)

    for problem in draw(DyValArithmetic(), 200):
        graph = present(problem.graph)
        assert precise(graph, graph.target) == pytest.approx(float(problem.answer), rel=2e-5)


@pytest.mark.parametrize("tier", ["natural", "embedded"])
def test_description_orders(draw: Draw, tier: Literal["natural", "embedded"]) -> None:
    graphs = {}
    for order in ("topological", "reversed", "random"):
        params = DyValParameters.model_validate({"tier": tier, "description_order": order})
        graphs[order] = [present(p.graph) for p in draw(DyValArithmetic(params), 30)]

    def in_order(quantities: Sequence[Quantity]) -> bool:
        seen: set[str] = set()
        for quantity in quantities:
            if not seen.issuperset(quantity.parents):
                return False
            seen.add(quantity.name)
        return True

    assert all(in_order(graph.quantities) for graph in graphs["topological"])
    assert all(in_order(graph.quantities[::-1]) for graph in graphs["reversed"])
    assert not all(in_order(graph.quantities) for graph in graphs["random"])


@pytest.mark.parametrize("tier", ["natural", "embedded"])
def test_alphabetical_order_solves_a_problem_only_with_leaky_names(
    draw: Draw, tier: Literal["natural", "embedded"]
) -> None:
    def solved_by_alphabet(graph: ReasoningGraph) -> bool:
        return all(parent < q.name for q in graph.quantities for parent in q.parents)

    shares = {}
    for leaky in (True, False):
        params = DyValParameters(tier=tier, leaky_names=leaky, depth=(4, 4))
        graphs = [present(p.graph) for p in draw(DyValArithmetic(params), 60)]
        shares[leaky] = sum(map(solved_by_alphabet, graphs)) / len(graphs)
    assert shares[True] == 1
    assert shares[False] < 0.2


def test_premises_can_be_reordered(dyval: DyValArithmetic, draw: Draw) -> None:
    problem = next(p for p in draw(dyval, 20) if len(present(p.graph).quantities) > 2)
    count = len(present(problem.graph).quantities)
    assert dyval.ask(problem, range(count)) == dyval.ask(problem)
    turned = dyval.ask(problem, range(count)[::-1])
    assert turned != dyval.ask(problem)
    assert sorted(turned.split()) == sorted(dyval.ask(problem).split())


def test_an_exhausted_split_ends_early(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "PATIENCE", 50)
    # Sums of two leaves alone: a single structure, which belongs to one split.
    params = DyValParameters(
        tier="embedded", operators=("+",), extra_links=0, depth=(2, 2), depth_ood=(2, 2)
    )
    found = [
        len(draw(DyValArithmetic(params), 5, split)) for split in SPLITS if split != "pretrain"
    ]
    assert sorted(found) in ([0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 5])


def test_hopeless_draws_give_up(draw: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splits, "PATIENCE", 20)
    params = DyValParameters(operators=("square",), bound=11, depth=(8, 8))
    start = time.process_time()
    assert [p.answer for p in draw(DyValArithmetic(params), 5)] in ([], ["1"] * 5)
    assert time.process_time() - start < 5


def test_the_largest_graphs_with_most_links_are_solved(draw: Draw) -> None:
    params = DyValParameters(
        operators=("+", "-"), modulus=23, extra_links=3, depth=(8, 8), order="depth-first"
    )
    dyval = DyValArithmetic(params)
    problem = draw(dyval, 1)[0]
    assert len(dyval.plan(problem, random.Random(0)).steps) == 255


@pytest.mark.alone
def test_hundreds_of_problems_a_second(draw: Draw) -> None:
    def rate() -> float:
        start = time.process_time()
        draw(DyValArithmetic(), 100)
        return 100 / (time.process_time() - start)

    assert max(rate() for _ in range(4)) > 200  # about 400 on a core of its own
