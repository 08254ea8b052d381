"""Draws one problem as numbers: the operands of every quantity and all values, before any words.

Source: the arithmetic generator of DyVal (PromptBench).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from bi_bench.api.expression import Number
from bi_bench_plugins.benchmarks.dyval.links import linked
from bi_bench_plugins.benchmarks.dyval.parameters import DyValParameters
from bi_bench_plugins.benchmarks.dyval.tree import Arithmetic, GivenUp, Node, Tree

SMALLEST_ANSWER = 1e-4  # a smaller root is drawn again, so answers are positive
_ROUNDING = 1e-5  # relative change of the answer, a tenth of what the grader tolerates


class Draw(NamedTuple):
    """A solvable problem: nodes in any order, the numbers of all of them children first.

    ``order`` ends with the root, which is asked for. ``depth``: levels of the tree, leaves included.
    """

    depth: int
    nodes: list[Node]
    values: list[Number]
    order: list[int]

    @property
    def operations(self) -> int:
        """How many operations with one or two operands it takes."""
        return sum(max(1, len(node.children) - 1) for node in self.nodes if node.children)


def draw_problem(rng: random.Random, depth: int, params: DyValParameters) -> Draw | None:
    """A tree of ``depth`` levels with the links that the parameters ask for.

    None where it is drawn again: too many quantities for the tier's names, an operation without a
    value, an answer that is too small or that rounding changes.
    """
    tree = Tree(rng, params)
    try:
        root = tree.grow(depth)
    except GivenUp:
        return None
    if len(tree.nodes) > params.names:
        return None
    nodes = tree.nodes
    if params.extra_links:
        nodes = linked(rng, tree, params.extra_links)
    order = list(_children_first(nodes, root, set()))
    values = _solved(nodes, order, tree.arithmetic)
    if values is None or values[root] < SMALLEST_ANSWER:
        return None
    if params.real and not _stable(nodes, order, values[root]):
        return None
    return Draw(depth, nodes, values, order)


def _children_first(nodes: list[Node], number: int, seen: set[int]) -> Iterator[int]:
    seen.add(number)
    for child in nodes[number].children:
        if child not in seen:
            yield from _children_first(nodes, child, seen)
    yield number


def _solved(nodes: list[Node], order: list[int], arithmetic: Arithmetic) -> list[Number] | None:
    values: list[Number] = [0] * len(nodes)
    for number in order:
        operator, children, constant = nodes[number]
        operands = [values[child] for child in children]
        value = arithmetic.value(operator, operands) if children else constant
        if value is None:
            return None
        values[number] = value
    return values


def _stable(nodes: list[Node], order: list[int], answer: Number) -> bool:
    """True if full precision gives the same answer as rounding every operation."""
    precise = [0.0] * len(nodes)
    try:
        for number in order:
            operator, children, constant = nodes[number]
            operands = [precise[child] for child in children]
            precise[number] = _precise(operator, operands) if children else constant
    except (ArithmeticError, ValueError):
        return False
    return abs(precise[order[-1]] - answer) <= _ROUNDING * answer


def _precise(operator: str, operands: list[float]) -> float:
    first, *rest = operands
    if operator == "+":
        return math.fsum(operands)
    if operator == "*":
        return math.prod(operands)
    if operator == "-":
        return first - sum(rest)
    if operator == "/":
        return first / math.prod(rest)
    return math.sqrt(first) if operator == "sqrt" else first * first
