"""Expressions over quantities: the equations of a reasoning graph, independent of wording.

An expression is a number (a constant), a ``str`` (a reference to a quantity) or a tuple
``(operator, operand, operand, ...)`` with one of the operators ``+``, ``-``, ``*``, ``/`` and
``sqrt``. Sums and products take two or more operands, differences and quotients exactly two, a root
takes one.

Integers stay exact. Division and roots give real numbers, which are rounded to ``DECIMALS`` after
every single operation, whole ones to integers: what is written down is what is computed with, so
written steps can be checked to the last digit.
"""

from __future__ import annotations

import math
import operator as operators
from collections.abc import Callable, Mapping, Sequence

Number = int | float
Expression = int | float | str | tuple  # type: ignore[type-arg]  # a recursive tuple
OPERATORS = ("+", "-", "*", "/", "sqrt")
DECIMALS = 8  # as DyVal's reference solutions (PromptBench)

_FOLDED: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operators.add,
    "-": operators.sub,
    "*": operators.mul,
    "/": operators.truediv,
}


def references(expression: Expression) -> tuple[str, ...]:
    """The quantities an expression names, in order of first mention."""
    if isinstance(expression, tuple):
        return tuple(dict.fromkeys([leaf for leaf in leaves(expression) if isinstance(leaf, str)]))
    return (expression,) if isinstance(expression, str) else ()


def leaves(expression: Expression) -> list[Number | str]:
    """All constants and references, from left to right, repeats included."""
    if not isinstance(expression, tuple):
        return [expression]
    found: list[Number | str] = []
    for operand in expression[1:]:
        if isinstance(operand, tuple):
            found += leaves(operand)
        else:
            found.append(operand)
    return found


def evaluate(
    expression: Expression, values: Mapping[str, Number] | None = None, modulus: int | None = None
) -> Number:
    """The value of an expression, reduced by ``modulus`` if there is one.

    Not a number (``nan``) where it has no value: a division by zero, a root of a negative number,
    a real number too large for a float. Raises KeyError for a reference that ``values`` lacks.
    """
    if isinstance(expression, tuple):
        result = operate(expression[0], [evaluate(e, values, modulus) for e in expression[1:]])
    elif isinstance(expression, str):
        result = (values or {})[expression]
    else:
        result = expression
    return result if modulus is None else result % modulus


def substitute(expression: Expression, values: Mapping[str, Number]) -> Expression:
    """The same expression with every reference replaced by its number."""
    if isinstance(expression, tuple):
        return (expression[0], *(substitute(operand, values) for operand in expression[1:]))
    return values[expression] if isinstance(expression, str) else expression


def reduce_once(expression: Expression, modulus: int | None = None) -> Expression:
    """One operation done, as a person would: innermost parentheses first, then products, then
    the leftmost sum or difference (method of BRIDGE's subgoal computation).
    """
    if not isinstance(expression, tuple):
        return expression
    operator, *operands = expression
    for index, operand in enumerate(operands):
        if isinstance(operand, tuple):
            operands[index] = reduce_once(operand, modulus)
            return (operator, *operands)
    first = evaluate((operator, *operands[:2]), modulus=modulus)
    return first if len(operands) <= 2 else (operator, first, *operands[2:])


def reductions(expression: Expression, modulus: int | None = None) -> tuple[Expression, ...]:
    """The numeric expressions between the substituted equation and its value, one operation apart.

    >>> reductions(("*", 2, ("+", 4, 3, 1)))
    (('*', 2, ('+', 7, 1)), ('*', 2, 8))
    """
    steps = []
    while isinstance(expression := reduce_once(expression, modulus), tuple):
        steps.append(expression)
    return tuple(steps)


def operations(expression: Expression) -> int:
    """How many operations with one or two operands an expression takes.

    >>> operations(("*", 2, ("+", 4, 3, 1)))
    3
    """
    if not isinstance(expression, tuple):
        return 0
    return max(1, len(expression) - 2) + sum([operations(operand) for operand in expression[1:]])


def number_text(number: Number) -> str:
    """A number in decimal digits, never with an exponent; reading it gives the same number.

    >>> number_text(7), number_text(1e-08)
    ('7', '0.00000001')
    """
    return str(number) if isinstance(number, int) else f"{number:.{DECIMALS}f}".rstrip("0")


def render(expression: Expression, name: Callable[[str], str] = str) -> str:
    """An expression as text with spaces around operators and few parentheses.

    >>> render(("*", 2, ("+", "a", "b")))
    '2 * ( a + b )'
    >>> render(("/", 1, ("sqrt", "a")))
    '1 / sqrt( a )'
    """
    if not isinstance(expression, tuple):
        return name(expression) if isinstance(expression, str) else number_text(expression)
    operator, *operands = expression
    if operator == "sqrt":
        return f"sqrt( {render(operands[0], name)} )"
    parts = []
    for position, operand in enumerate(operands):
        if isinstance(operand, tuple):
            text = render(operand, name)
            parts.append(f"( {text} )" if _binds_less(operand[0], operator, position) else text)
        else:
            parts.append(name(operand) if isinstance(operand, str) else number_text(operand))
    return f" {operator} ".join(parts)


def _binds_less(inner: str, outer: str, position: int) -> bool:
    if inner == "sqrt":
        return False
    if outer in ("+", "-"):
        return position > 0 and inner in ("+", "-")
    return inner != outer or (position > 0 and outer == "/")


def operate(operator: str, operands: Sequence[Number]) -> Number:
    """The value of one operation on numbers, not reduced; not a number where it has none."""
    try:
        if operator == "sqrt":
            return _rounded(math.sqrt(operands[0]))
        result = operands[0]
        for operand in operands[1:]:
            result = _rounded(_FOLDED[operator](result, operand))
    except (ArithmeticError, ValueError):  # not by zero, no root of a negative number
        return math.nan
    return result


def _rounded(number: Number) -> Number:
    if isinstance(number, int):
        return number
    rounded = round(number, DECIMALS)
    return int(rounded) if rounded.is_integer() else rounded
