"""The tree that a problem is drawn from: operations over subtrees, integers from 1 as leaves.

Source: the arithmetic generator of DyVal (PromptBench).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from bi_bench.api.expression import Expression, Number, evaluate, operate
from bi_bench_plugins.benchmarks.dyval.parameters import UNARY, DyValParameters

_WASTE = 4  # quantities that a draw may throw away, in sizes of the largest tree


class Node(NamedTuple):
    """A leaf with its ``constant``, or an operation over the numbers of other nodes."""

    operator: str
    children: tuple[int, ...]
    constant: int = 0


def equation(operator: str, operands: Sequence[Expression]) -> Expression:
    """An operation as an expression; the square of x is x times x.

    Differences and quotients of more than two are taken from left to right.
    """
    if operator == "square":
        return ("*", operands[0], operands[0])
    if operator not in ("-", "/"):
        return (operator, *operands)
    result = operands[0]
    for operand in operands[1:]:
        result = (operator, result, operand)
    return result


class Arithmetic(NamedTuple):
    """The results of single operations: modulo a number or not, below ``bound`` in size."""

    modulus: int | None
    bound: int

    def value(self, operator: str, operands: list[Number]) -> Number | None:
        """The value of an operation; None if it or an intermediate result has none within bounds."""
        if operator in UNARY:
            value = evaluate(equation(operator, operands), modulus=self.modulus)
            return value if abs(value) < self.bound else None  # None for not a number, too
        value = operands[0]
        for operand in operands[1:]:
            if (
                self.modulus is None
            ):  # without the walk of an expression: most of a draw is spent here
                value = operate(operator, (value, operand))
            else:
                value = evaluate((operator, value, operand), modulus=self.modulus)
            if not abs(value) < self.bound:
                return None
        return value


class GivenUp(Exception):  # noqa: N818 - a signal, no error
    """Too many subtrees had to grow again."""


class Tree:
    """Grows subtrees; one whose operation has no value grows again, as in the original."""

    def __init__(self, rng: random.Random, params: DyValParameters) -> None:
        self.rng, self.operators, self.children = rng, params.operations, params.children
        self.largest_leaf = params.largest_leaf
        self.arithmetic = Arithmetic(params.arithmetic, params.bound)
        self.nodes: list[Node] = []
        self.values: list[Number] = []
        self.left = _WASTE * params.largest_tree

    def grow(self, depth: int) -> int:
        """The number of a new node with ``depth`` levels, itself included; raises GivenUp."""
        self.left -= 1
        if self.left < 0:
            raise GivenUp
        if depth == 1:
            constant = 1 + int(self.rng.random() * self.largest_leaf)
            return self._add(Node("", (), constant), constant)
        operator = self.operators[int(self.rng.random() * len(self.operators))]
        start = len(self.nodes)
        while True:
            count = 1 if operator in UNARY else self.children
            children = tuple([self.grow(depth - 1) for _ in range(count)])
            value = self.arithmetic.value(operator, [self.values[child] for child in children])
            if value is not None:
                return self._add(Node(operator, children), value)
            del self.nodes[start:], self.values[start:]

    def _add(self, node: Node, value: Number) -> int:
        self.nodes.append(node)
        self.values.append(value)
        return len(self.nodes) - 1
