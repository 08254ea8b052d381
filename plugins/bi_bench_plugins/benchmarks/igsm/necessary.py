"""Draws the parameters that an answer needs, and an order in which they can be solved.

Stages 1 to 3 of the iGSM generator (Physics of Language Models 2.1, in BRIDGE's variant).
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from bi_bench_plugins.benchmarks.igsm.structure import Structure, members_of, pick, sample

_EXTRA_DEPENDENCY = 0.5  # probability; upstream iGSM draws it anew for each problem


class Order(NamedTuple):
    """Parameters with the target last, and the dependency that some instances already have."""

    parameters: list[int]
    early: dict[int, int]


def draw_members(rng: random.Random, structure: Structure, first: int, second: int) -> int:
    """Stages 1 and 2: the parameters that the answer will need, as a bit mask.

    Abstract parameters with all they are made of while they fit into ``first`` operations, then
    instance parameters until there are ``second`` operations or none is left.
    """
    members = operations = 0
    progress = True
    while progress:
        progress = False
        for level in structure.levels:
            unused = [parameter for parameter in level if not members >> parameter & 1]
            if not unused:
                continue
            new = structure.closures[pick(rng, unused)] & ~members
            cost = sum([structure.costs[parameter] for parameter in members_of(new)])
            if operations + cost <= first:
                members |= new
                operations += cost
                progress = True
                break
    unused = [p for p in range(len(structure.instances)) if not members >> p & 1]
    for parameter in sample(rng, unused, min(len(unused), max(0, second - operations))):
        members |= 1 << parameter
    return members


def draw_order(rng: random.Random, structure: Structure, members: int) -> Order | None:
    """Stage 3: from the target backwards, with dependencies added so that nothing is idle.

    None where an abstract parameter would need a dependency that its structure does not give it.
    """
    needs, users, first_abstract = structure.needs, structure.users, len(structure.instances)
    bias = abs(rng.gauss(0.0, 1.0))
    unplaced, wanted = members, 0
    early: dict[int, int] = {}
    free = [p for p in members_of(members) if not users[p] & members]
    current = pick(rng, free)
    order: list[int] = []
    while True:
        order.append(current)
        free.remove(current)
        unplaced &= ~(1 << current)
        wanted &= ~(1 << current)
        for part in needs[current]:
            wanted |= 1 << part
            if not users[part] & unplaced:
                free.append(part)
        if not unplaced:
            return Order(order[::-1], early)
        following = [parameter for parameter in free if wanted >> parameter & 1]
        if current < first_abstract and (not following or rng.random() < _EXTRA_DEPENDENCY):
            # Where no free parameter is wanted yet, the extra dependency makes one wanted.
            candidates = members_of(unplaced) if following else free
            chosen = _draw_biased(rng, candidates, bias, wanted, first_abstract)
            early[current] = chosen
            wanted |= 1 << chosen
            following = [parameter for parameter in free if wanted >> parameter & 1]
        if not following:
            return None
        current = pick(rng, following)


def _draw_biased(
    rng: random.Random, candidates: list[int], bias: float, wanted: int, first_abstract: int
) -> int:
    # BRIDGE favours what is wanted already; upstream iGSM favours what is not.
    weights = (1.0, math.exp(bias), math.exp(2 * bias))
    return rng.choices(
        candidates, [weights[(p >= first_abstract) + (wanted >> p & 1)] for p in candidates]
    )[0]
