"""Equations as English phrases over three-letter names, and their parser."""

from __future__ import annotations

import re

from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.dyval.tree import equation

NAME = "[a-z]{3}"
_NUMBER = re.compile(r"\d{1,18}")
_LISTED = {"+": "sum", "*": "product"}
_JOINED = {"-": "minus", "/": "divided by"}
_LIST = re.compile(rf"the (sum|product) of ({NAME}(?:, {NAME})*) and ({NAME})")
_ONE = re.compile(rf"the (square|square root) of ({NAME})")
_CHAIN = re.compile(rf"({NAME})((?: minus {NAME})+|(?: divided by {NAME})+)")


def phrase(expression: Expression) -> str:
    """An equation in words; differences and quotients are read from left to right.

    >>> phrase(("+", "xkq", "bdv", "xkq"))
    'the sum of xkq, bdv and xkq'
    """
    if not isinstance(expression, tuple):
        return str(expression)
    operator, *operands = expression
    if operator == "sqrt":
        return f"the square root of {operands[0]}"
    if operator == "*" and len(operands) == 2 and operands[0] == operands[1]:
        return f"the square of {operands[0]}"
    if operator in _JOINED:
        return f"{phrase(operands[0])} {_JOINED[operator]} {operands[1]}"
    return f"the {_LISTED[operator]} of {', '.join(operands[:-1])} and {operands[-1]}"


def read_phrase(text: str) -> Expression | None:
    """The equation that :func:`phrase` wrote, or None.

    >>> read_phrase("xkq minus bdv minus ghl")
    ('-', ('-', 'xkq', 'bdv'), 'ghl')
    """
    if _NUMBER.fullmatch(text):
        return int(text)
    if match := _ONE.fullmatch(text):
        return equation("square" if match[1] == "square" else "sqrt", [match[2]])
    if match := _LIST.fullmatch(text):
        operator = "+" if match[1] == "sum" else "*"
        return equation(operator, [*match[2].split(", "), match[3]])
    if match := _CHAIN.fullmatch(text):
        operator, words = ("-", " minus ") if " minus " in match[2] else ("/", " divided by ")
        return equation(operator, text.split(words))
    return None
