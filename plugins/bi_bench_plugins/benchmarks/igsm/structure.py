"""The structure graph of iGSM and the parameters that live on it, all as integers.

Source: iGSM (Physics of Language Models 2.1), in the variant that BRIDGE uses.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

_Item = TypeVar("_Item")

MOST_EDGES = 20


class Size(NamedTuple):
    """How large a structure gets: layers, items per layer from ``narrow`` to ``wide``, edges.

    ``growth``: the probability of one more item where that is not necessary.
    """

    layers: int
    narrow: int
    wide: int
    edges: int
    growth: float


class Instance(NamedTuple):
    """The parameter "each <upper>'s <lower>": item ``upper`` of ``layer``, ``lower`` one below."""

    layer: int
    upper: int
    lower: int


class Abstract(NamedTuple):
    """The parameter "each <upper>'s <category>": item ``upper`` of ``layer``, layer ``below``."""

    layer: int
    upper: int
    below: int


class Structure(NamedTuple):
    """Items in layers (0 is the lowest) and their numbered parameters.

    Instance parameters come first, then the abstract ones, each after those it is made of. Sets of
    parameters are bit masks.

    ``needs``: the parameters that each one is made of. An abstract one that spans one layer adds up
    instance parameters; one that spans more adds up products of an instance parameter and the
    abstract parameter of its lower item, which stand in turn. ``closures``: the same with all that
    those are made of, and itself. ``users``: the abstract parameters made of it. ``costs``: how
    many operations it takes, one at least. ``levels``: the abstract parameters by the layers that
    they span, most first.
    """

    widths: tuple[int, ...]
    instances: list[Instance]
    abstracts: list[Abstract]
    needs: list[tuple[int, ...]]
    closures: list[int]
    users: list[int]
    costs: list[int]
    levels: list[list[int]]

    def is_abstract(self, parameter: int) -> bool:
        """True if a parameter follows from the structure instead of a premise."""
        return parameter >= len(self.instances)


def pick(rng: random.Random, items: Sequence[_Item]) -> _Item:
    """A uniform choice; several times faster than ``rng.choice``."""
    return items[int(rng.random() * len(items))]


def uniform(rng: random.Random, low: int, high: int) -> int:
    """A uniform integer between ``low`` and ``high``, both included."""
    return low + int(rng.random() * (high - low + 1))


def shuffle(rng: random.Random, items: list[_Item]) -> None:
    """As ``rng.shuffle``, draw for draw, in half the time."""
    getrandbits = rng.getrandbits
    for last in range(len(items) - 1, 0, -1):
        bits = (last + 1).bit_length()
        place = getrandbits(bits)
        while place > last:
            place = getrandbits(bits)
        items[last], items[place] = items[place], items[last]


def sample(rng: random.Random, items: Sequence[_Item], count: int) -> list[_Item]:
    """As ``rng.sample``, draw for draw; faster for the few items that problems have."""
    left = len(items)
    if left > 21 or not 0 <= count <= left:  # beyond 21 the library draws otherwise
        return rng.sample(items, count)
    pool, getrandbits = list(items), rng.getrandbits
    result = []
    for _ in range(count):
        bits = left.bit_length()
        place = getrandbits(bits)
        while place >= left:
            place = getrandbits(bits)
        result.append(pool[place])
        left -= 1
        pool[place] = pool[left]
    return result


def members_of(mask: int) -> list[int]:
    """The numbers in a bit mask, in increasing order."""
    result = []
    while mask:
        lowest = mask & -mask
        result.append(lowest.bit_length() - 1)
        mask ^= lowest
    return result


def draw_size(rng: random.Random, operations: int) -> Size:
    """A size that suits a problem of so many operations; more edges are less likely."""
    relative = (operations - 1) / (MOST_EDGES - 1)
    weights = [math.exp(-((relative - centre) ** 2)) for centre in (0.2, 0.5, 0.8)]
    layers, *widths = rng.choices((2, 3, 4), weights, k=3)
    narrow, wide = min(widths), max(widths)
    fewest, most = (layers - 1) * narrow, (layers - 1) * wide**2
    draws = uniform(rng, fewest, MOST_EDGES), uniform(rng, fewest, MOST_EDGES)
    return Size(layers, narrow, wide, min(*draws, most), rng.random())


def draw_structure(rng: random.Random, size: Size) -> Structure:
    """A random structure of the given size."""
    widths = _draw_widths(rng, size)
    return _with_parameters(widths, _draw_edges(rng, widths, size.edges))


def _draw_widths(rng: random.Random, size: Size) -> list[int]:
    widths = [size.narrow] * size.layers
    while min(widths) < size.wide and sum(widths[1:]) != size.edges:
        room = sum([lower * upper for lower, upper in pairwise(widths)])
        if room >= size.edges and rng.random() >= size.growth:
            break
        widths[pick(rng, [i for i, width in enumerate(widths) if width < size.wide])] += 1
    return widths


def _draw_edges(rng: random.Random, widths: list[int], edges: int) -> list[Instance]:
    spare, taken = [], []
    for layer in range(1, len(widths)):
        for upper in range(widths[layer]):
            first = int(rng.random() * widths[layer - 1])
            taken.append(Instance(layer, upper, first))
            spare += [(layer, upper, x) for x in range(widths[layer - 1]) if x != first]
    while len(taken) < edges:
        taken.append(Instance(*spare.pop(int(rng.random() * len(spare)))))
    return taken


def _with_parameters(widths: list[int], instances: list[Instance]) -> Structure:
    count = len(instances)
    needs: list[tuple[int, ...]] = [()] * count
    closures = [1 << number for number in range(count)]
    users, costs = [0] * count, [1] * count
    abstracts: list[Abstract] = []
    levels: list[list[int]] = []
    kids: list[list[list[int]]] = [[[] for _ in range(width)] for width in widths]
    for number, (layer, upper, _) in enumerate(instances):
        kids[layer][upper].append(number)
    before: list[int] = []  # by layer, the first abstract parameter that spans one layer less
    for level in range(1, len(widths)):
        start = len(needs)
        firsts = [0] * len(widths)
        for layer in range(level, len(widths)):
            firsts[layer] = number = len(needs)
            for upper in range(widths[layer]):
                parts = kids[layer][upper]
                if level > 1:
                    offset = before[layer - 1]
                    parts = [p for kid in parts for p in (kid, offset + instances[kid][2])]
                bit = closure = 1 << number
                for part in parts:
                    users[part] |= bit
                    closure |= closures[part]
                needs.append(tuple(parts))
                closures.append(closure)
                costs.append(len(parts) - 1 or 1)
                abstracts.append(Abstract(layer, upper, layer - level))
                number += 1
        users += [0] * (len(needs) - start)
        levels.insert(0, list(range(start, len(needs))))
        before = firsts
    return Structure(tuple(widths), instances, abstracts, needs, closures, users, costs, levels)
