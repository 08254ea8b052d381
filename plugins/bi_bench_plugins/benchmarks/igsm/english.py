"""Equations as English: the sentence forms of iGSM, and their parser.

Nested equations always stand last, so the sentences need no brackets.
"""

from __future__ import annotations

import re

from bi_bench.api.expression import Expression

_NUMBER = re.compile(r"-?\d{1,18}")
_WITH_CONSTANT = re.compile(r"(-?\d{1,18}) (more than|times) (.+)", re.DOTALL)
_LIST = re.compile(r"the (sum|difference) of (.+)", re.DOTALL)
_OPERATORS = {"more than": "+", "times": "*", "sum": "+", "difference": "-"}


def phrase(expression: Expression) -> str:
    """``3 times the sum of each A's B and each C's D``.

    >>> phrase(("*", 3, ("-", "A's B", "C's D")))
    "3 times the difference of each A's B and each C's D"
    """
    if not isinstance(expression, tuple):
        return f"each {expression}" if isinstance(expression, str) else str(expression)
    operator, first, *rest = expression
    if isinstance(first, int):
        return f"{first} {'times' if operator == '*' else 'more than'} {phrase(rest[0])}"
    operands = [phrase(first), *map(phrase, rest)]
    if operator == "*":
        return " times ".join(operands)
    kind = "difference" if operator == "-" else "sum"
    return f"the {kind} of {', '.join(operands[:-1])} and {operands[-1]}"


def read_phrase(text: str) -> Expression | None:
    """The equation that :func:`phrase` wrote, or None.

    >>> read_phrase("3 times the difference of each A's B and each C's D")
    ('*', 3, ('-', "A's B", "C's D"))
    """
    if _NUMBER.fullmatch(text):
        return int(text)
    if match := _WITH_CONSTANT.fullmatch(text):
        return _built(_OPERATORS[match[2]], [int(match[1]), _read_rest(match[3])])
    return _read_rest(text)


def _read_rest(text: str) -> Expression | None:
    if match := _LIST.fullmatch(text):
        before, joint, last = match[2].rpartition(" and ")
        if not joint:
            return None
        items = [*before.split(", "), last]
        if match[1] == "difference" and len(items) != 2:
            return None
        return _built(_OPERATORS[match[1]], [_read_product(item) for item in items])
    return _read_product(text)


def _read_product(text: str) -> Expression | None:
    factors: list[Expression | None] = [
        factor.removeprefix("each ") if factor.startswith("each ") else None
        for factor in text.split(" times ")
    ]
    return factors[0] if len(factors) == 1 else _built("*", factors)


def _built(operator: str, operands: list[Expression | None]) -> Expression | None:
    complete = [operand for operand in operands if operand is not None]
    return (operator, *complete) if len(complete) == len(operands) else None
