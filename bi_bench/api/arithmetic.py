"""Parses arithmetic that a model wrote: bounded recursive descent, nothing is evaluated as code."""

from __future__ import annotations

import re
from functools import lru_cache

from bi_bench.api.expression import Expression, Number

_TOKEN = re.compile(r"\s*(?:(\d{1,18})|([A-Za-z][A-Za-z0-9_]*)|([-+*()]))")
_REAL_TOKEN = re.compile(r"\s*(?:(\d{1,18}(?:\.\d{1,18})?)|([A-Za-z][A-Za-z0-9_]*)|([-+*/()]))")
_MAX_LENGTH, _MAX_DEPTH = 2000, 32


def parse_expression(text: str, *, real: bool = False) -> Expression | None:
    """The expression that ``text`` spells, or None if it is not one; with ``real`` also decimal
    numbers, quotients and ``sqrt( ... )``.

    A name followed by a number (``a 6``) is read as the name alone: the embedded wordings put a
    value right next to its name; :func:`parse_numeric` reads the number instead. Chains of one
    operator are flattened, so ``a + b + c`` has three operands.
    """
    return None if len(text) > _MAX_LENGTH else _parsed(text, real)


def parse_numeric(text: str) -> Expression | None:
    """Like :func:`parse_expression`, with ``a 6`` read as 6; None where a name lacks its number."""
    return _Parser(text, numeric=True).parse()


# Models write the same few equations over and over; expressions cannot be changed, so they are shared.
@lru_cache(maxsize=4096)
def _parsed(text: str, real: bool) -> Expression | None:
    return _Parser(text, numeric=False, real=real).parse()


class _Parser:
    def __init__(self, text: str, *, numeric: bool, real: bool = False) -> None:
        self.numeric, self.real = numeric, real
        token = _REAL_TOKEN if real else _TOKEN
        self.tokens: list[tuple[str, str]] = []
        self.position = 0
        self.broken = len(text) > _MAX_LENGTH
        end, stripped = 0, text.rstrip()
        while end < len(stripped) and not self.broken:
            if match := token.match(stripped, end):
                kinds = ("number", "name", "sign")
                kind = kinds[next(i for i, group in enumerate(match.groups()) if group)]
                self.tokens.append((kind, match.group().strip()))
                end = match.end()
            else:
                self.broken = True

    def parse(self) -> Expression | None:
        result = None if self.broken or not self.tokens else self._sum(0)
        return _without_marks(result) if self.position == len(self.tokens) else None

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self.position += 1
        return token

    def _sum(self, depth: int) -> Expression | None:
        result = self._product(depth)
        while result is not None and self._peek()[1] in ("+", "-") and self._peek()[0] == "sign":
            result = _join(self._take()[1], result, self._product(depth))
        return result

    def _product(self, depth: int) -> Expression | None:
        result = self._atom(depth)
        while result is not None and self._peek() in (("sign", "*"), ("sign", "/")):
            result = _join(self._take()[1], result, self._atom(depth))
        return result

    def _atom(self, depth: int) -> Expression | None:
        kind, text = self._take()
        if kind == "number":
            return _number(text)
        if self.real and text == "sqrt" and self._peek() == ("sign", "("):
            inner = self._atom(depth)
            return None if inner is None else ("sqrt", inner)
        if kind == "name":
            number = _number(self._take()[1]) if self._peek()[0] == "number" else None
            return number if self.numeric else text
        if text == "-" and self._peek()[0] == "number":
            return -_number(self._take()[1])
        if text == "(" and depth < _MAX_DEPTH:
            inner = self._sum(depth + 1)
            # The mark keeps "( a + b ) + c" apart from "a + b + c" while chains are flattened.
            return ("(", inner) if self._take() == ("sign", ")") and inner is not None else None
        return None


def _join(operator: str, left: Expression, right: Expression | None) -> Expression | None:
    if right is None:
        return None
    if isinstance(left, tuple) and left[0] == operator and operator in "+*":
        return (*left, right)
    return (operator, left, right)


def _number(text: str) -> Number:
    return float(text) if "." in text else int(text)


def _without_marks(expression: Expression | None) -> Expression | None:
    if not isinstance(expression, tuple):
        return expression
    if expression[0] == "(":
        return _without_marks(expression[1])
    return (expression[0], *(_without_marks(operand) for operand in expression[1:]))
