"""Draws one map before its places have names: arms, branches, distractors.

A star graph with one arm to the goal is the task of "The pitfalls of next-token prediction"
(Bachmann and Nagarajan, arXiv 2403.06963). Branches and distractors are additions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bi_bench.api import Split
from bi_bench.api.canonical import canonical_hash
from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.shared.splits import owner

_POOL = 4000

Tree = tuple["Tree", ...]  # a place as the trees of the places that its edges lead to


class Shape(NamedTuple):
    """What the maps of a split have in common; see the parameters of the same names."""

    arms: int
    length: tuple[int, int]
    branches: int
    distractors: int


class Difficulty(NamedTuple):
    """Edges of the path, wrong turns along it, edges that a search from the start can meet."""

    path: int
    turns: int
    reachable: int


class Layout(NamedTuple):
    """A map as the place before each place; None where no edge leads to it.

    Places are numbered in an order that depends on the shape of the map alone: the path from the
    start, 0, to the ``goal``, then the rest of each of its places, then what is apart.
    """

    before: tuple[int | None, ...]
    goal: int

    @property
    def difficulty(self) -> Difficulty:
        """How long the path is, and how much there is beside it."""
        turns = sum(place is not None and place < self.goal for place in self.before) - self.goal
        reached = [True]
        for before in self.before[1:]:
            reached.append(before is not None and reached[before])
        return Difficulty(self.goal, turns, sum(reached) - 1)

    def equation(self, place: int, names: tuple[str, ...]) -> Expression:
        """The number of a place from that of the place before it; its own where there is none."""
        before = self.before[place]
        return place if before is None else ("+", names[before], place - before)


@lru_cache(maxsize=100_000)  # there are few maps, and each is drawn often
def structure(layout: Layout) -> str:
    """``ReasoningGraph.structure_hash()`` of the graph that it becomes."""
    names = tuple(map(str, range(len(layout.before))))
    equations = {name: layout.equation(place, names) for place, name in enumerate(names)}
    return canonical_hash(equations, names[layout.goal])


@lru_cache(maxsize=16)
def pool(shape: Shape) -> Mapping[Difficulty, Sequence[Layout]]:
    """Maps by difficulty, each as often as it was drawn; the same in every split and process."""
    found: dict[Difficulty, list[Layout]] = {}
    for layout in _drawn(shape):
        found.setdefault(layout.difficulty, []).append(layout)
    return found


def common(shape: Shape, splits: frozenset[Split]) -> Iterator[Difficulty]:
    """The difficulties of which the pool has a map for each of the splits, as they are found."""
    owners: dict[Difficulty, set[Split]] = {}
    for layout in _drawn(shape):
        seen = owners.setdefault(layout.difficulty, set())
        if seen >= splits:
            continue
        seen.add(owner(structure(layout)))
        if seen >= splits:
            yield layout.difficulty


def _drawn(shape: Shape) -> Iterator[Layout]:
    rng = random.Random(f"paths {shape}")
    for _ in range(_POOL):
        yield draw_layout(rng, shape)


def draw_layout(rng: random.Random, shape: Shape) -> Layout:
    """A random map; the goal ends the first arm.

    Arms have lengths of their own, uniform in ``shape.length``. A branch leaves an arm at a uniform place
    between its ends and is at most as long as what is left of the arm.
    """
    after: list[list[int]] = [[]]
    arms = [_chain(after, 0, rng.randint(*shape.length)) for _ in range(shape.arms)]
    forks = [(arm, depth) for arm in arms for depth in range(len(arm) - 1)]
    for _ in range(shape.branches):
        arm, depth = rng.choice(forks)
        _chain(after, arm[depth], rng.randint(1, len(arm) - 1 - depth))
    apart = [len(after) + place for place in range(shape.distractors + 1)]
    after += [[] for _ in apart]
    for index, place in enumerate(apart[1:], 1):
        after[apart[rng.randrange(index)]].append(place)
    return _numbered(after, arms[0], apart[0])


def _chain(after: list[list[int]], start: int, edges: int) -> list[int]:
    """New places, each after the one before it, the first after ``start``."""
    places = []
    for _ in range(edges):
        after[start].append(start := len(after))
        after.append([])
        places.append(start)
    return places


def _numbered(after: list[list[int]], arm: list[int], apart: int) -> Layout:
    def tree(place: int) -> Tree:
        return tuple(sorted(tree(child) for child in after[place] if child not in arm))

    before: list[int | None] = [None, *range(len(arm))]

    def number(trees: Tree, place: int | None) -> None:
        for each in trees:
            before.append(place)
            number(each, len(before) - 1)

    for place, old in enumerate([0, *arm]):
        number(tree(old), place)
    if after[apart]:
        number((tree(apart),), None)
    return Layout(tuple(before), len(arm))
