"""Which parameters a problem is about, in which order they are solved, what depends on what.

Stages 1 to 4 of the iGSM generator (Physics of Language Models 2.1, in BRIDGE's variant).
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from bi_bench_plugins.benchmarks.igsm.structure import Structure, pick, uniform

CONSTANT = -1  # the dependency on a random constant, beside the numbers of parameters

_ORDER_TRIES = 50
_LARGEST_BUDGET = 3


def draw_members(
    rng: random.Random, structure: Structure, first: int, second: int
) -> list[int]:
    """Stages 1 and 2: the parameters that the answer will need.

    Abstract parameters with all they are made of while they fit into ``first`` operations, then
    instance parameters until there are ``second`` operations or none is left.
    """
    members: set[int] = set()
    operations = 0
    levels = [
        [p for p, a in enumerate(structure.abstracts, len(structure.instances)) if a.level == level]
        for level in range(len(structure.widths) - 1, 0, -1)
    ]
    progress = True
    while progress:
        progress = False
        for level in levels:
            if not level:
                continue
            index = int(rng.random() * len(level))
            new = _closure(structure, level[index], members)
            cost = sum(map(structure.cost, new))
            if operations + cost <= first:
                members |= new
                operations += cost
                levels = [[p for p in others if p not in members] for others in levels]
                progress = True
                break
    unused = [p for p in range(len(structure.instances)) if p not in members]
    members.update(rng.sample(unused, min(len(unused), max(0, second - operations))))
    return sorted(members)


def draw_order(
    rng: random.Random, structure: Structure, members: Sequence[int]
) -> tuple[list[int], dict[int, int]] | None:
    """Stage 3: an order with the target last, and one early dependency for some instances.

    None after 50 tries; a try fails where an abstract parameter would need an extra dependency.
    """
    for _ in range(_ORDER_TRIES):
        if result := _try_order(rng, structure, members):
            return result
    return None


def draw_dependencies(
    rng: random.Random,
    structure: Structure,
    order: Sequence[int],
    early: dict[int, int],
    operations: int,
) -> dict[int, list[int]] | None:
    """Stage 4: what every instance parameter depends on, so that all cost ``operations`` together.

    The lists hold parameters and perhaps ``CONSTANT``, which stands first. None if the nodes
    cannot cost so much.
    """
    budgets = _draw_budgets(rng, structure, order, operations)
    if budgets is None:
        return None
    result = {}
    for position, parameter in enumerate(order):
        if structure.is_abstract(parameter):
            continue
        budget = budgets[position]
        count = uniform(rng, 1, 2) if budget == 1 else budget + 1
        chosen = [early[parameter]] if parameter in early else []
        pool = [p for p in order[:position] if p not in chosen]
        count = min(count, position + 1) - len(chosen)
        if count > len(pool):
            result[parameter] = [CONSTANT, *chosen, *pool]
        elif rng.random() < 0.5:
            result[parameter] = [CONSTANT, *chosen, *rng.sample(pool, max(0, count - 1))]
        else:
            result[parameter] = chosen + rng.sample(pool, count)
    return result


def _closure(structure: Structure, parameter: int, members: set[int]) -> set[int]:
    new, todo = set(), [parameter]
    while todo:
        if (current := todo.pop()) not in new and current not in members:
            new.add(current)
            todo += structure.needs[current]
    return new


def _try_order(
    rng: random.Random, structure: Structure, members: Sequence[int]
) -> tuple[list[int], dict[int, int]] | None:
    needs, first_abstract = structure.needs, len(structure.instances)
    waiting = dict.fromkeys(members, 0)  # how many parameters not yet placed are made of it
    for parameter in members:
        for part in needs[parameter]:
            waiting[part] += 1
    order: list[int] = []
    early: dict[int, int] = {}
    wanted: set[int] = set()
    free = {p for p, count in waiting.items() if not count}
    current = pick(rng, sorted(free))
    while True:
        order.append(current)
        del waiting[current]
        free.discard(current)
        wanted.discard(current)
        for part in needs[current]:
            waiting[part] -= 1
            if not waiting[part]:
                free.add(part)
            wanted.add(part)
        if not waiting:
            break
        both = sorted(wanted & free)
        if not both:
            if current >= first_abstract:
                return None
            following = _weighted(rng, sorted(free), wanted, first_abstract)
            early[current] = following
        else:
            following = pick(rng, both)
            if current < first_abstract and rng.random() < 0.5:
                early[current] = _weighted(rng, list(waiting), wanted, first_abstract)
                wanted.add(early[current])
        current = following
    return order[::-1], early


def _weighted(
    rng: random.Random, candidates: list[int], wanted: set[int], first_abstract: int
) -> int:
    strength = abs(rng.gauss(0.0, 1.0))
    weights = [math.exp(strength * ((p >= first_abstract) + (p in wanted))) for p in candidates]
    return rng.choices(candidates, weights)[0]


def _draw_budgets(
    rng: random.Random, structure: Structure, order: Sequence[int], operations: int
) -> list[int] | None:
    budgets = [structure.cost(parameter) for parameter in order]
    caps = [min(_LARGEST_BUDGET, max(1, position)) for position in range(len(order))]
    open_positions = [
        position
        for position, parameter in enumerate(order)
        if not structure.is_abstract(parameter) and budgets[position] < caps[position]
    ]
    for _ in range(operations - sum(budgets)):
        if not open_positions:
            return None
        position = pick(rng, open_positions)
        budgets[position] += 1
        if budgets[position] == caps[position]:
            open_positions.remove(position)
    return budgets
