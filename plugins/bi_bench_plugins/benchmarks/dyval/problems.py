"""Turns draws into reasoning graphs, one candidate at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench.api.canonical import canonical_hash
from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.dyval.draw import Draw, draw_problem
from bi_bench_plugins.benchmarks.dyval.parameters import CONSONANTS, DyValParameters
from bi_bench_plugins.benchmarks.dyval.tree import equation
from bi_bench_plugins.benchmarks.shared.embedded import LETTERS
from bi_bench_plugins.benchmarks.shared.splits import Drawn, Mine, Variant

# Three letters without a vowel spell no word that a question could be misread by.
ALPHABETS = {
    "natural": tuple(map("".join, product(CONSONANTS, repeat=3))),
    "embedded": tuple(sorted(LETTERS)),
}


class Sketch(NamedTuple):
    """A problem whose operators are settled, since values have grown with them."""

    draw: Draw
    params: DyValParameters

    @property
    def difficulty(self) -> tuple[int, int, int]:
        """Levels, operations and quantities: what all splits have one distribution of."""
        return self.draw.depth, self.draw.operations, len(self.draw.order)

    def variants(self, rng: random.Random, mine: Mine) -> Iterator[Variant]:
        """The problem itself."""
        names = {number: str(number) for number in self.draw.order}
        equations = {name: _equation(self.draw, number, names) for number, name in names.items()}
        structure = canonical_hash(equations, names[self.draw.order[-1]])
        if mine(structure):
            yield Variant(structure, lambda: True, lambda: self._drawn(rng))

    def _drawn(self, rng: random.Random) -> Drawn:
        graph = graph_of(rng, self.draw, self.params)
        return Drawn(graph, {"ops": self.draw.operations, "depth": self.draw.depth})


def sketches(
    depth: tuple[int, int], params: DyValParameters, rng: random.Random
) -> Iterator[Sketch | None]:
    """An endless stream of problems with so many levels, uniform; None where a draw failed."""
    fewest, most = depth
    while True:
        draw = draw_problem(rng, rng.randint(fewest, most), params)
        yield None if draw is None else Sketch(draw, params)


def graph_of(rng: random.Random, draw: Draw, params: DyValParameters) -> ReasoningGraph:
    """The reasoning graph of a draw, its quantities in the order of the description.

    The original names quantities in the alphabetical order of a solution, which gives it away
    however the description is shuffled; here names are drawn unless ``leaky_names`` is set.
    """
    alphabet, count = ALPHABETS[params.tier], len(draw.order)
    drawn = alphabet[:count] if params.leaky_names else rng.sample(alphabet, count)
    names = dict(zip(draw.order, drawn, strict=True))
    quantities = [
        Quantity(names[number], _equation(draw, number, names), draw.values[number])
        for number in draw.order
    ]
    if params.description_order == "reversed":
        quantities.reverse()
    elif params.description_order == "random":
        rng.shuffle(quantities)
    return ReasoningGraph(tuple(quantities), names[draw.order[-1]], params.arithmetic)


def _equation(draw: Draw, number: int, names: Mapping[int, str]) -> Expression:
    operator, children, constant = draw.nodes[number]
    return equation(operator, [names[child] for child in children]) if children else constant
