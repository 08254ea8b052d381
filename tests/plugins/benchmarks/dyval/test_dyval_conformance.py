"""The generator against the sizes that follow from DyVal's rules.

A node of the original has one operand with probability 1/3 (sqrt, square) and two with 2/3, so the
expected size is E(1) = 1, E(d) = 1 + 5/3 E(d - 1): 2.7, 5.4, 10.1, 17.8 and 30.7 for 2 to 6 levels.
That holds before anything is drawn again. Drawing again favours operations that never fail and
subtrees that are small, in the original as here, so accepted problems are a little smaller.
"""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter

import pytest

from bi_bench_plugins.benchmarks.dyval import DyValParameters
from bi_bench_plugins.benchmarks.dyval.draw import draw_problem
from bi_bench_plugins.benchmarks.dyval.parameters import ALL
from bi_bench_plugins.benchmarks.dyval.tree import Arithmetic, Tree

SIZES = {2: 2.7, 3: 5.4, 4: 10.1, 5: 17.8, 6: 30.7}
N = 2000
TREES = DyValParameters(extra_links=0, depth_ood=(6, 6))
LINKED = DyValParameters(extra_links=1, depth_ood=(6, 6))


def grown(depth: int, n: int = N) -> list[Tree]:
    rng = random.Random(f"conformance {depth}")
    trees: list[Tree] = []
    while len(trees) < n:
        tree = Tree(rng, TREES)
        tree.grow(depth)
        trees.append(tree)
    return trees


def accepted_size(depth: int, params: DyValParameters) -> float:
    rng = random.Random(f"accepted {depth}")
    draws = [draw_problem(rng, depth, params) for _ in range(N // 4)]
    return statistics.mean(len(draw.order) for draw in draws if draw)


def test_expected_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    accepted = {d: [accepted_size(d, params) for params in (TREES, LINKED)] for d in SIZES}
    monkeypatch.setattr(Arithmetic, "value", lambda *_: 1)  # nothing is drawn again
    lines, wrong = [f"{'levels':>6}{'target':>8}{'drawn':>8}{'+-':>6}{'trees':>8}{'DAGs':>8}"], []
    for depth, target in SIZES.items():
        sizes = [len(tree.nodes) for tree in grown(depth)]
        measured = statistics.mean(sizes)
        tolerance = 0.05 + 3 * statistics.stdev(sizes) / math.sqrt(N)
        trees, linked = accepted[depth]
        lines.append(
            f"{depth:6}{target:8.1f}{measured:8.2f}{tolerance:6.2f}{trees:8.2f}{linked:8.2f}"
        )
        if abs(measured - target) > tolerance or not 0.75 * target < linked <= 1.02 * target:
            wrong.append(depth)
    print("\n".join(lines))
    assert not wrong, "\n".join(lines)


def test_operations_are_uniform_although_subtrees_grow_again() -> None:
    roots = Counter(tree.nodes[-1].operator for tree in grown(3))
    assert set(roots) == set(ALL)
    tolerance = 3.5 * math.sqrt(N * 1 / 6 * 5 / 6)
    assert all(abs(count - N / 6) < tolerance for count in roots.values()), roots


def test_leaves_are_uniform_from_one_to_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Arithmetic, "value", lambda *_: 1)
    leaves = Counter(node.constant for tree in grown(3) for node in tree.nodes if not node.children)
    assert set(leaves) == set(range(1, 11))
    tolerance = 3.5 * math.sqrt(leaves.total() * 0.09)
    assert all(abs(count - leaves.total() / 10) < tolerance for count in leaves.values())


def test_links_go_to_operations_with_two_operands() -> None:
    rng = random.Random(0)
    for links in (0, 1, 3):
        params = DyValParameters(extra_links=links)
        operands = Counter(
            (node.operator in ("sqrt", "square"), len(node.children))
            for _ in range(200)
            if (draw := draw_problem(rng, 4, params))
            for node in draw.nodes
            if node.children
        )
        assert set(operands) == {(True, 1), (False, 2 + links)}
