"""Turns a tree into a DAG by links: operations take more operands from anywhere in the problem.

Source: the arithmetic generator of DyVal (PromptBench).
"""

from __future__ import annotations

import random

from bi_bench_plugins.benchmarks.dyval.parameters import UNARY
from bi_bench_plugins.benchmarks.dyval.tree import Node, Tree


def linked(rng: random.Random, tree: Tree, links: int) -> list[Node]:
    """The nodes with up to ``links`` more children each: random ones that make no cycle.

    As in the original, operations with one operand get none, and a child may come twice.
    """
    nodes = list(tree.nodes)
    below = [1 << number for number in range(len(nodes))]  # what each is made of, and itself
    for number, node in enumerate(nodes):
        for child in node.children:
            below[number] |= below[child]
    for number in range(len(nodes)):
        operator, children, _ = nodes[number]
        if not children or operator in UNARY:
            continue
        for _ in range(links):
            allowed = [
                child
                for child in range(len(nodes))
                if not below[child] >> number & 1 and (operator != "/" or tree.values[child])
            ]
            if not allowed:
                break
            child = allowed[int(rng.random() * len(allowed))]
            children = (*children, child)
            for user in range(len(nodes)):
                if below[user] >> number & 1:
                    below[user] |= below[child]
        nodes[number] = Node(operator, children)
    return nodes
