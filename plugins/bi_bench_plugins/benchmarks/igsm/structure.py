"""The structure graph of iGSM and the parameters that live on it, all as integers.

Source: iGSM (Physics of Language Models 2.1, structure graph and hierarchical categories), in the
variant that BRIDGE uses.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

_Item = TypeVar("_Item")

MOST_EDGES = 20
WIDEST = DEEPEST = 4


class Instance(NamedTuple):
    """The parameter "each <upper>'s <lower>": item ``upper`` of ``layer``, ``lower`` one below."""

    layer: int
    upper: int
    lower: int


class Abstract(NamedTuple):
    """The parameter "each <upper>'s <category>": item ``upper`` of ``layer``, a whole layer below.

    ``terms``: what is added up. At level 1 single instance parameters, above it pairs of an
    instance parameter and the abstract parameter that it multiplies.
    """

    layer: int
    upper: int
    below: int
    terms: tuple[tuple[int, ...], ...]

    @property
    def level(self) -> int:
        """How many layers lie between the item and the category."""
        return self.layer - self.below


class Structure(NamedTuple):
    """Layers of items and their parameters; layer 0 is the lowest.

    Parameters are numbered: first the instance ones, then the abstract ones, each after those it
    is made of. ``needs``: the parameters that an abstract one is made of, empty for instance ones.
    """

    widths: tuple[int, ...]
    instances: tuple[Instance, ...]
    abstracts: tuple[Abstract, ...]
    needs: tuple[tuple[int, ...], ...]

    def is_abstract(self, parameter: int) -> bool:
        """Whether a parameter follows from the structure instead of a premise."""
        return parameter >= len(self.instances)

    def cost(self, parameter: int) -> int:
        """Operations to compute it; an instance parameter without dependencies costs one."""
        return max(1, len(self.needs[parameter]) - 1)


def pick(rng: random.Random, items: Sequence[_Item]) -> _Item:
    """A uniform choice; several times faster than ``rng.choice``."""
    return items[int(rng.random() * len(items))]


def uniform(rng: random.Random, low: int, high: int) -> int:
    """A uniform integer between ``low`` and ``high``, both included."""
    return low + int(rng.random() * (high - low + 1))


def draw_structure(rng: random.Random, operations: int) -> Structure:
    """A structure whose size suits a problem of so many operations."""
    sizes, weights = _size_weights(operations)
    depth, *widths = rng.choices(sizes, weights, k=3)
    narrow, wide = min(widths), max(widths)
    fewest = (depth - 1) * narrow
    edges = min(
        uniform(rng, fewest, MOST_EDGES),
        uniform(rng, fewest, MOST_EDGES),
        (depth - 1) * wide**2,
    )
    layers = _draw_widths(rng, [narrow] * depth, wide, edges)
    return _with_parameters(layers, _draw_edges(rng, layers, edges))


def _size_weights(operations: int) -> tuple[tuple[int, ...], list[float]]:
    relative = (operations - 1) / (MOST_EDGES - 1)
    return (2, 3, 4), [math.exp(-((relative - centre) ** 2)) for centre in (0.2, 0.5, 0.8)]


def _draw_widths(rng: random.Random, widths: list[int], wide: int, edges: int) -> list[int]:
    chance = rng.random()
    while min(widths) < wide and sum(widths[1:]) != edges:
        room = sum(lower * upper for lower, upper in zip(widths, widths[1:], strict=False))
        if room >= edges and rng.random() >= chance:
            break
        widths[pick(rng, [i for i, width in enumerate(widths) if width < wide])] += 1
    return widths


def _draw_edges(rng: random.Random, widths: list[int], edges: int) -> list[Instance]:
    spare, taken = [], []
    for layer in range(1, len(widths)):
        for upper in range(widths[layer]):
            first = int(rng.random() * widths[layer - 1])
            taken.append(Instance(layer, upper, first))
            spare += [Instance(layer, upper, x) for x in range(widths[layer - 1]) if x != first]
    while len(taken) < edges:
        index = int(rng.random() * len(spare))
        taken.append(spare[index])
        spare[index] = spare[-1]
        spare.pop()
    return taken


def _with_parameters(widths: list[int], instances: list[Instance]) -> Structure:
    children: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for number, (layer, upper, lower) in enumerate(instances):
        children.setdefault((layer, upper), []).append((number, lower))
    abstracts: list[Abstract] = []
    numbers: dict[tuple[int, int, int], int] = {}
    needs: list[tuple[int, ...]] = [()] * len(instances)
    for level in range(1, len(widths)):
        for layer in range(level, len(widths)):
            below = layer - level
            for upper in range(widths[layer]):
                kids = children[layer, upper]
                terms: tuple[tuple[int, ...], ...] = (
                    tuple((number,) for number, _ in kids)
                    if level == 1
                    else tuple((number, numbers[layer - 1, lower, below]) for number, lower in kids)
                )
                numbers[layer, upper, below] = len(needs)
                needs.append(tuple(number for term in terms for number in term))
                abstracts.append(Abstract(layer, upper, below, terms))
    return Structure(tuple(widths), tuple(instances), tuple(abstracts), tuple(needs))
