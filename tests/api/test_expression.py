from __future__ import annotations

import math
import random

import pytest

from bi_bench.api.arithmetic import parse_expression, parse_numeric
from bi_bench.api.expression import (
    Expression,
    evaluate,
    number_text,
    reductions,
    references,
    render,
    substitute,
)


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


def test_adjacent_values_are_names_or_numbers_as_requested() -> None:
    assert parse_expression("a 6 - g 2") == ("-", "a", "g")
    assert parse_numeric("a 6 - g 2") == ("-", 6, 2)
    assert parse_numeric("a - g 2") is None


@pytest.mark.parametrize(
    "text", ["", "1 +", "( 1", "1 ) 2", "__import__('os')", "1 ** 2 ** 3", "9" * 5000]
)
def test_text_that_is_not_arithmetic_is_none(text: str) -> None:
    assert parse_expression(text) is None


def test_deep_nesting_is_refused_and_does_not_overflow() -> None:
    assert parse_expression("(" * 500 + "1" + ")" * 500) is None


def test_substitute_replaces_every_reference() -> None:
    assert substitute(("+", "a", ("*", "a", 2)), {"a": 5}) == ("+", 5, ("*", 5, 2))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (("/", 1, 3), 0.33333333),
        (("*", ("/", 1, 3), 3), 0.99999999),  # as it is written, so it is computed
        (("/", 6, 2), 3),
        (("sqrt", 7), 2.64575131),
        (("sqrt", 49), 7),
        (("-", 0.1, 0.3), -0.2),
    ],
)
def test_real_numbers_are_rounded_after_every_operation(
    expression: Expression, value: float
) -> None:
    result = evaluate(expression)
    assert result == value
    assert isinstance(result, type(value))


@pytest.mark.parametrize(
    "expression",
    [("/", 1, 0), ("+", 1, ("/", 0, 0)), ("sqrt", -1), ("/", 10**400, 3), ("*", 0.5, 10**400)],
)
def test_undefined_values_are_nan(expression: Expression) -> None:
    assert math.isnan(evaluate(expression))


def test_real_expressions_are_read_back_to_the_same_value() -> None:
    rng = random.Random(2)
    for _ in range(500):
        expression = _random_expression(rng, depth=3, real=True)
        again = parse_expression(render(expression), real=True)
        assert again is not None
        value = evaluate(expression)
        # Flattened products are rounded in another order.
        assert math.isnan(value) or evaluate(again) == pytest.approx(value, rel=1e-3, abs=1e-5)
        for state in reductions(expression):
            assert math.isnan(value) or evaluate(state) == value


def test_real_arithmetic_is_parsed_only_on_request() -> None:
    for text in ("1 / 2", "0.5", "sqrt( 4 )"):
        assert parse_expression(text) is None
        assert parse_expression(text, real=True) is not None
    assert parse_expression("sqrt(a / 2.5)", real=True) == ("sqrt", ("/", "a", 2.5))
    assert parse_expression("sqrt(" * 500, real=True) is None


@pytest.mark.parametrize("number", [0, -7, 10**15, 0.5, 1e-8, -1e-8, 123456789.12345679])
def test_numbers_are_written_without_exponent_and_read_back(number: float) -> None:
    text = number_text(number)
    assert "e" not in text
    assert parse_expression(text, real=True) == number


def _random_expression(rng: random.Random, depth: int, *, real: bool = False) -> Expression:
    if depth == 0 or rng.random() < 0.3:
        return rng.randrange(-9, 10)
    operator = rng.choice(["+", "-", "*", "/", "sqrt"] if real else "+-*")
    count = {"-": 2, "/": 2, "sqrt": 1}.get(operator) or rng.randint(2, 3)
    return (operator, *(_random_expression(rng, depth - 1, real=real) for _ in range(count)))
