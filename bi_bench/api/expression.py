"""Integer expressions over quantities: the equations of a reasoning graph, independent of wording.

An expression is an ``int`` (a constant), a ``str`` (a reference to a quantity) or a tuple
``(operator, operand, operand, ...)`` with one of the operators ``+``, ``-`` and ``*``. Sums and
products take two or more operands, differences exactly two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

Expression = int | str | tuple  # type: ignore[type-arg]  # a recursive tuple
OPERATORS = ("+", "-", "*")


def references(expression: Expression) -> tuple[str, ...]:
    """The quantities an expression names, in order of first mention."""
    return tuple(dict.fromkeys([leaf for leaf in leaves(expression) if isinstance(leaf, str)]))


def leaves(expression: Expression) -> list[int | str]:
    """All constants and references, from left to right, repeats included."""
    if not isinstance(expression, tuple):
        return [expression]
    return [leaf for operand in expression[1:] for leaf in leaves(operand)]


def evaluate(
    expression: Expression, values: Mapping[str, int] | None = None, modulus: int | None = None
) -> int:
    """The value of an expression, reduced by ``modulus`` if there is one.

    Raises KeyError for a reference that ``values`` lacks.
    """
    if isinstance(expression, tuple):
        result = _apply(expression[0], [evaluate(e, values, modulus) for e in expression[1:]])
    elif isinstance(expression, str):
        result = (values or {})[expression]
    else:
        result = expression
    return result if modulus is None else result % modulus


def substitute(expression: Expression, values: Mapping[str, int]) -> Expression:
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
    return first if len(operands) == 2 else (operator, first, *operands[2:])


def reductions(expression: Expression, modulus: int | None = None) -> tuple[Expression, ...]:
    """The numeric expressions between the substituted equation and its value, one operation apart.

    >>> reductions(("*", 2, ("+", 4, 3, 1)))
    (('*', 2, ('+', 7, 1)), ('*', 2, 8))
    """
    steps = []
    while isinstance(expression := reduce_once(expression, modulus), tuple):
        steps.append(expression)
    return tuple(steps)


def render(expression: Expression, name: Callable[[str], str] = str) -> str:
    """An expression as text with spaces around operators and the fewest parentheses.

    >>> render(("*", 2, ("+", "a", "b")))
    '2 * ( a + b )'
    """
    if not isinstance(expression, tuple):
        return name(expression) if isinstance(expression, str) else str(expression)
    operator, *operands = expression
    parts = []
    for position, operand in enumerate(operands):
        text = render(operand, name)
        binds_less = isinstance(operand, tuple) and (
            (operator == "*" and operand[0] != "*")
            or (position > 0 and operator in "+-" and operand[0] in "+-")
        )
        parts.append(f"( {text} )" if binds_less else text)
    return f" {operator} ".join(parts)


def _apply(operator: str, operands: list[int]) -> int:
    if operator == "+":
        return sum(operands)
    if operator == "-":
        return operands[0] - operands[1]
    result = 1
    for operand in operands:
        result *= operand
    return result
