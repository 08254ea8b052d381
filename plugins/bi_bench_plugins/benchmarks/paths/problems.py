"""Turns maps into reasoning graphs, one candidate at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bi_bench.api import Quantity, ReasoningGraph, Split
from bi_bench_plugins.benchmarks.paths.layout import (
    Difficulty,
    Layout,
    Shape,
    common,
    draw_layout,
    pool,
    structure,
)
from bi_bench_plugins.benchmarks.shared.splits import Drawn, Mine, Variant

_VARIANTS = 64


class Sketch(NamedTuple):
    """A map whose difficulty counts; others as difficult stand in for it."""

    layout: Layout
    shape: Shape
    names: Sequence[str]

    @property
    def difficulty(self) -> Difficulty:
        """The property whose distribution is the same in all splits."""
        return self.layout.difficulty

    def variants(self, rng: random.Random, mine: Mine) -> Iterator[Variant]:
        """The map itself, then others as difficult."""
        if mine(structure(self.layout)):
            yield self._variant(rng, self.layout)
        alike = pool(self.shape).get(self.difficulty, ())
        for _ in range(_VARIANTS if alike else 0):
            layout = rng.choice(alike)
            if mine(structure(layout)):
                yield self._variant(rng, layout)

    def _variant(self, rng: random.Random, layout: Layout) -> Variant:
        def finish() -> Drawn:
            return Drawn(graph_of_layout(rng, layout, self.names), {"ops": layout.goal})

        return Variant(structure(layout), lambda: True, finish)


def sketches(
    shape: Shape, splits: frozenset[Split], names: Sequence[str], rng: random.Random
) -> Iterator[Sketch | None]:
    """An endless stream of maps; None for one that is too rare for each of ``splits`` to own a like."""
    wanted = _shared(shape, splits)
    while True:
        layout = draw_layout(rng, shape)
        yield Sketch(layout, shape, names) if layout.difficulty in wanted else None


@lru_cache(maxsize=16)
def _shared(shape: Shape, splits: frozenset[Split]) -> frozenset[Difficulty]:
    return frozenset(common(shape, splits))


def graph_of_layout(rng: random.Random, layout: Layout, names: Sequence[str]) -> ReasoningGraph:
    """Places as quantities in random order: the value of each is its number.

    Edges are premises, and so is the start. What is not on the path is redundant. A place apart
    that no edge leads to is no premise: the question does not say so of it.
    """
    count = len(layout.before)
    drawn = tuple(rng.sample(names, count))
    quantities = [
        Quantity(
            drawn[place],
            layout.equation(place, drawn),
            place,
            premise=layout.before[place] is not None or not place,
            needed=place <= layout.goal,
        )
        for place in range(count)
    ]
    rng.shuffle(quantities)
    return ReasoningGraph(tuple(quantities), drawn[layout.goal], modulus=count)
