"""Canonical hashes of equations and graphs, independent of names and of order.

Two graphs that are equal up to names and order have one hash. Colour refinement makes it: a quantity
is coloured by its place in the graph, and the hash adds up what every quantity contributes, so a graph
in which one equation changes need not be hashed anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache

from bi_bench.api.expression import Expression, references

ROUNDS = 2
_SIZE = 2**64
_ORDERED = ("-", "/")  # operators whose operands cannot change places

Equations = Mapping[str, Expression]


def colours(equations: Equations, target: str) -> dict[str, str]:
    """A colour for each quantity, by what depends on what and what is asked for.

    Operators and constants play no part: graphs that differ in these alone are coloured alike.
    """
    found = {name: str(int(name == target)) for name in equations}
    users: dict[str, list[str]] = {name: [] for name in equations}
    for name, equation in equations.items():
        for parent in references(equation):
            users[parent].append(name)
    for _ in range(ROUNDS):
        found = {
            name: number(
                "|".join(
                    [
                        found[name],
                        _outline(equation, found),
                        *sorted([found[user] for user in users[name]]),
                    ]
                )
            )
            for name, equation in equations.items()
        }
    return found


def mark(
    name: str, equation: Expression, coloured: Mapping[str, str], *, constants: bool = False
) -> int:
    """The contribution of one quantity to the hash of its graph, operators included."""
    return int(number(f"{coloured[name]}|{_shape(equation, coloured, constants)}"))


def total(marks: int) -> str:
    """The hash of a graph, given the sum of the marks of its quantities: 16 hexadecimal digits."""
    return f"{marks % _SIZE:016x}"


def canonical_hash(equations: Equations, target: str, *, constants: bool = False) -> str:
    """The hash of equations of which ``target`` is asked for, with or without their constants."""
    coloured = colours(equations, target)
    return total(
        sum(
            mark(name, equation, coloured, constants=constants)
            for name, equation in equations.items()
        )
    )


def _outline(expression: Expression, coloured: Mapping[str, str]) -> str:
    if isinstance(expression, tuple):
        return f"({' '.join(sorted([_outline(o, coloured) for o in expression[1:]]))})"
    return coloured[expression] if isinstance(expression, str) else "#"


def _shape(expression: Expression, coloured: Mapping[str, str], constants: bool) -> str:
    if isinstance(expression, tuple):
        operands = [_shape(operand, coloured, constants) for operand in expression[1:]]
        if expression[0] not in _ORDERED:
            operands.sort()
        return f"({expression[0]} {' '.join(operands)})"
    if isinstance(expression, str):
        return coloured[expression]
    return f"#{expression!r}" if constants else "#"


@lru_cache(maxsize=2**14)  # graphs drawn from one generator share most colours of the first round
def number(text: str) -> str:
    """64 bits of the hash of a text, in decimal digits."""
    return str(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))
