from __future__ import annotations

import random

import pytest

from bi_bench.api.arithmetic import parse_expression, parse_numeric
from bi_bench.api.expression import evaluate, reductions, references, render, substitute


def test_evaluate_with_and_without_modulus() -> None:
    expression = ("*", 2, ("+", "a", "b"))
    assert evaluate(expression, {"a": 4, "b": 3}) == 14
    assert evaluate(expression, {"a": 4, "b": 3}, modulus=11) == 3


def test_references_in_order_without_repeats() -> None:
    assert references(("+", "b", ("-", "a", "b"))) == ("b", "a")


def test_subgoals_reduce_one_operation_at_a_time_innermost_first() -> None:
    assert reductions(("*", 2, ("+", 4, 3, 1))) == (("*", 2, ("+", 7, 1)), ("*", 2, 8))
    assert reductions(("+", 4, 3), modulus=5) == ()


def test_subgoals_keep_the_value() -> None:
    rng = random.Random(0)
    for _ in range(300):
        expression = _random_expression(rng, depth=3)
        value = evaluate(expression)
        assert all(evaluate(state) == value for state in reductions(expression))


def test_rendered_expressions_are_read_back_to_the_same_value() -> None:
    rng = random.Random(1)
    for _ in range(500):
        expression = _random_expression(rng, depth=3)
        again = parse_expression(render(expression))
        assert again is not None
        assert evaluate(again) == evaluate(expression), render(expression)


def test_values_beside_names_are_names_or_numbers_as_asked() -> None:
    assert parse_expression("a 6 - g 2") == ("-", "a", "g")
    assert parse_numeric("a 6 - g 2") == ("-", 6, 2)
    assert parse_numeric("a - g 2") is None


@pytest.mark.parametrize(
    "text", ["", "1 +", "( 1", "1 ) 2", "__import__('os')", "1 ** 2 ** 3", "9" * 5000]
)
def test_what_is_no_arithmetic_is_none(text: str) -> None:
    assert parse_expression(text) is None


def test_deep_nesting_is_refused_and_does_not_overflow() -> None:
    assert parse_expression("(" * 500 + "1" + ")" * 500) is None


def test_substitute_replaces_every_reference() -> None:
    assert substitute(("+", "a", ("*", "a", 2)), {"a": 5}) == ("+", 5, ("*", 5, 2))


def _random_expression(rng: random.Random, depth: int):  # type: ignore[no-untyped-def]
    if depth == 0 or rng.random() < 0.3:
        return rng.randrange(-9, 10)
    operator = rng.choice("+-*")
    count = 2 if operator == "-" else rng.randint(2, 3)
    return (operator, *(_random_expression(rng, depth - 1) for _ in range(count)))
