from __future__ import annotations

import random
from collections import Counter

import pytest

from bi_bench.api import GraphError, Quantity, ReasoningGraph
from bi_bench.api.expression import Expression


def diamond() -> ReasoningGraph:
    """a = 3, b = a + 1, c = 2 a, d = b + c, and a redundant e = 5 - a."""
    return ReasoningGraph(
        (
            Quantity("d", ("+", "b", "c"), 10),
            Quantity("a", 3, 3),
            Quantity("b", ("+", "a", 1), 4),
            Quantity("c", ("*", 2, "a"), 6),
            Quantity("e", ("-", 5, "a"), 2, needed=False),
        ),
        target="d",
    )


def test_parents_and_operands() -> None:
    graph = diamond()
    assert graph["b"].parents == ("a",)
    assert graph["b"].operands == 2
    assert graph["a"].operands == 1


@pytest.mark.parametrize("order", ["topological", "depth-first"])
def test_solution_orders_put_parents_first_and_the_target_last(order: str) -> None:
    names = diamond().solution_order(order, random.Random(0))  # type: ignore[arg-type]
    assert sorted(names) == ["a", "b", "c", "d"]
    assert names[0] == "a"
    assert names[-1] == "d"


def test_topological_order_is_random_among_solvable_quantities() -> None:
    rng = random.Random(0)
    second = Counter(diamond().solution_order("topological", rng)[1] for _ in range(400))
    assert set(second) == {"b", "c"}
    assert 140 < second["b"] < 260


@pytest.mark.parametrize(
    ("quantities", "message"),
    [
        ((Quantity("a", "b", 1), Quantity("b", "a", 1)), "cycle"),
        ((Quantity("a", "z", 1),), "does not exist"),
        ((Quantity("a", 2, 3),), "is 2, not 3"),
        ((Quantity("a", 2, 2), Quantity("a", 3, 3)), "share a name"),
    ],
)
def test_unsolvable_graphs_are_refused(quantities: tuple[Quantity, ...], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        ReasoningGraph(quantities, "a")


def test_json_round_trip() -> None:
    graph = diamond()
    assert ReasoningGraph.from_json(graph.to_json()) == graph


def renamed(graph: ReasoningGraph, names: dict[str, str]) -> ReasoningGraph:
    def swap(expression: Expression) -> Expression:
        if isinstance(expression, tuple):
            return (expression[0], *map(swap, expression[1:]))
        return names[expression] if isinstance(expression, str) else expression

    rows = [
        Quantity(names[q.name], swap(q.equation), q.value, q.premise, q.needed)
        for q in reversed(graph.quantities)
    ]
    return ReasoningGraph(tuple(rows), names[graph.target])


def test_structure_hash_ignores_names_and_order() -> None:
    graph = diamond()
    other = renamed(graph, dict(zip("abcde", "vwxyz", strict=True)))
    assert other.structure_hash() == graph.structure_hash()


def test_structure_hash_depends_on_operators_sharing_and_redundant_quantities() -> None:
    graph = diamond()
    rows = {q.name: q for q in graph.quantities}
    variants = [
        {**rows, "d": Quantity("d", ("-", "b", "c"), -2)},
        {**rows, "c": Quantity("c", ("*", 2, "b"), 8), "d": Quantity("d", ("+", "b", "c"), 12)},
        {name: quantity for name, quantity in rows.items() if name != "e"},
    ]
    hashes = {ReasoningGraph(tuple(v.values()), "d").structure_hash() for v in variants}
    assert len(hashes | {graph.structure_hash()}) == 4


def test_implicit_premises_change_neither_hash() -> None:
    rows = {q.name: q for q in diamond().quantities}
    rows["b"] = Quantity("b", ("+", 1, "a"), 4, premise=False)
    other = ReasoningGraph(tuple(rows.values()), "d")
    assert other.structure_hash() == diamond().structure_hash()
    assert other.question_hash() == diamond().question_hash()


def test_question_hash_depends_on_constants_and_not_on_names() -> None:
    graph = diamond()
    other = renamed(graph, dict(zip("abcde", "vwxyz", strict=True)))
    rows = {q.name: q for q in graph.quantities}
    rows |= {"e": Quantity("e", ("-", 9, "a"), 6, needed=False)}
    assert other.question_hash() == graph.question_hash()
    assert ReasoningGraph(tuple(rows.values()), "d").question_hash() != graph.question_hash()


def test_structure_hash_ignores_constants() -> None:
    rows = {q.name: q for q in diamond().quantities}
    rows |= {"e": Quantity("e", ("-", 9, "a"), 6, needed=False)}
    assert ReasoningGraph(tuple(rows.values()), "d").structure_hash() == diamond().structure_hash()


def real(modulus: int | None = None) -> ReasoningGraph:
    """a = 7, b = 20000, c = sqrt(a)."""
    rows = (
        Quantity("a", 7, 7),
        Quantity("b", 20000, 20000),
        Quantity("c", ("sqrt", "a"), 2.64575131),
    )
    return ReasoningGraph(rows, "c", modulus)


def test_rounded_numbers_agree_within_a_tolerance_and_integers_exactly() -> None:
    assert diamond().exact
    assert not diamond().agrees(10.0001, 10)
    assert not real().exact
    assert real().agrees(2.6458, 2.64575131)
    assert real().agrees(20001, 20000)
    assert not real().agrees(2.645, 2.64575131)
    assert not real().agrees(0.00001, 0)


def test_real_graphs_survive_json_and_have_no_modulus() -> None:
    assert ReasoningGraph.from_json(real().to_json()) == real()
    with pytest.raises(GraphError, match="with a modulus"):
        real(modulus=7)


def test_structure_hash_depends_on_the_order_of_division() -> None:
    def ratio(equation: tuple[str, str, str], value: float) -> ReasoningGraph:
        rows = (
            Quantity("a", 1, 1),
            Quantity("b", ("+", "a", 1), 2),
            Quantity("c", equation, value),
        )
        return ReasoningGraph(rows, "c")

    one, other = ratio(("/", "a", "b"), 0.5), ratio(("/", "b", "a"), 2)
    assert one.structure_hash() != other.structure_hash()


def test_depth_first_order_walks_shared_parents_once() -> None:
    rows = [Quantity("q0", 1, 1)]
    rows += [Quantity(f"q{i}", ("+", f"q{i - 1}", f"q{max(0, i - 2)}"), 0) for i in range(1, 100)]
    graph = ReasoningGraph(
        tuple(Quantity(q.name, q.equation, value) for q, value in zip(rows, _sums(), strict=True)),
        "q99",
        7,
    )
    assert graph.solution_order("depth-first", random.Random(0)) == tuple(
        f"q{i}" for i in range(100)
    )


def _sums() -> list[int]:
    values = [1, 2]
    while len(values) < 100:
        values.append((values[-1] + values[-2]) % 7)
    return values
