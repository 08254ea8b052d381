"""The parameters that the question mentions and the answer does not need.

Stage 5 of the iGSM generator (Physics of Language Models 2.1, in BRIDGE's variant).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from bi_bench_plugins.benchmarks.igsm.dependencies import CONSTANT
from bi_bench_plugins.benchmarks.igsm.structure import Structure, sample, shuffle

_MOST_DEPENDENCIES = 4


def draw_redundant(
    rng: random.Random, structure: Structure, order: Sequence[int], most: int | None
) -> tuple[list[int], dict[int, list[int]]]:
    """The dependencies of the remaining instance parameters, or of ``most`` of them drawn at random.

    Returns the redundant parameters in an order in which they can be computed (with the abstract
    ones that they use) and the dependencies of the instance ones. An isolated parameter depends on
    earlier isolated ones alone; the others depend on what the necessary ones let one compute.
    """
    present = set(order)
    unused = [p for p in range(len(structure.instances)) if p not in present]
    shuffle(rng, unused)
    unused = unused[:most]
    computable = _computable(structure, order)
    isolated: list[int] = []
    redundant: list[int] = []
    dependencies: dict[int, list[int]] = {}
    for parameter in unused:
        alone = rng.random() < 0.5
        chosen = _draw_dependencies(rng, isolated if alone else computable)
        dependencies[parameter] = chosen
        for parent in chosen:
            _add_abstract(structure, parent, present, redundant)
        redundant.append(parameter)
        if alone:
            isolated.append(parameter)
    return redundant, dependencies


def _draw_dependencies(rng: random.Random, pool: Sequence[int]) -> list[int]:
    most = min(_MOST_DEPENDENCIES, len(pool) + 1)
    count = 1
    while count < most and rng.random() < 0.5:
        count += 1
    if count > len(pool):
        return [CONSTANT, *pool]
    if rng.random() < 0.5:
        return [CONSTANT, *sample(rng, pool, count - 1)]
    return sample(rng, pool, count)


def _computable(structure: Structure, order: Sequence[int]) -> list[int]:
    result = list(order)
    known = set(order)
    for parameter in range(len(structure.instances), len(structure.needs)):
        if parameter not in known and known.issuperset(structure.needs[parameter]):
            known.add(parameter)
            result.append(parameter)
    return result


def _add_abstract(
    structure: Structure, parameter: int, present: set[int], redundant: list[int]
) -> None:
    # Instance parameters are always listed before anything uses them.
    if parameter in present or parameter < len(structure.instances):
        return
    for part in structure.needs[parameter]:
        _add_abstract(structure, part, present, redundant)
    present.add(parameter)
    redundant.append(parameter)
