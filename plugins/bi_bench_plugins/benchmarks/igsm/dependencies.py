"""Draws the dependencies of every needed instance parameter, so that the operations add up.

Stage 4 of the iGSM generator (Physics of Language Models 2.1, in BRIDGE's variant).
"""

from __future__ import annotations

import random

from bi_bench_plugins.benchmarks.igsm.necessary import Order
from bi_bench_plugins.benchmarks.igsm.structure import Structure, pick, sample, uniform

CONSTANT = -1  # the dependency on a random constant, beside the numbers of parameters

_LARGEST_BUDGET = 3  # operations, so at most four dependencies


def draw_dependencies(
    rng: random.Random, structure: Structure, order: Order, operations: int
) -> dict[int, list[int]] | None:
    """The dependencies of each instance parameter, ``CONSTANT`` first where there is one.

    All parameters together cost ``operations``; None if so few of them cannot cost so much.
    """
    parameters = order.parameters
    budgets = _draw_budgets(rng, structure, parameters, operations)
    if budgets is None:
        return None
    result = {}
    for position, parameter in enumerate(parameters):
        if structure.is_abstract(parameter):
            continue
        budget = budgets[position]
        count = uniform(rng, 1, 2) if budget == 1 else budget + 1
        chosen, pool = [], parameters[:position]
        if parameter in order.early:
            chosen = [order.early[parameter]]
            pool.remove(chosen[0])
        count = min(count, position + 1) - len(chosen)
        if count > len(pool):
            chosen += [CONSTANT, *pool]
        elif rng.random() < 0.5:
            # The constant comes on top where one dependency is there and no more is asked for.
            chosen += [CONSTANT, *sample(rng, pool, max(0, count - 1))]
        else:
            chosen += sample(rng, [CONSTANT, *pool], count)
        # The constant first, the others in the order in which they were drawn.
        result[parameter] = sorted(chosen, key=lambda chosen: chosen != CONSTANT)
    return result


def _draw_budgets(
    rng: random.Random, structure: Structure, parameters: list[int], operations: int
) -> list[int] | None:
    budgets = [structure.costs[parameter] for parameter in parameters]
    # A parameter cannot depend on more than what stands before it and a constant.
    caps = [min(_LARGEST_BUDGET, max(1, position)) for position in range(len(parameters))]
    growing = [
        position
        for position, parameter in enumerate(parameters)
        if not structure.is_abstract(parameter) and caps[position] > 1
    ]
    for _ in range(operations - sum(budgets)):
        if not growing:
            return None
        position = pick(rng, growing)
        budgets[position] += 1
        if budgets[position] == caps[position]:
            growing.remove(position)
    return budgets
