"""From draws to graphs: one candidate after the other."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench_plugins.benchmarks.dyval.draw import Draw, draw_problem
from bi_bench_plugins.benchmarks.dyval.parameters import CONSONANTS, DyValParameters
from bi_bench_plugins.benchmarks.dyval.tree import equation
from bi_bench_plugins.benchmarks.shared.embedded import LETTERS
from bi_bench_plugins.benchmarks.shared.splits import Candidate

# Three letters without a vowel spell no word that a question could be misread by.
ALPHABETS = {
    "natural": tuple(map("".join, product(CONSONANTS, repeat=3))),
    "embedded": tuple(sorted(LETTERS)),
}


def candidates(
    depth: tuple[int, int], params: DyValParameters, rng: random.Random
) -> Iterator[Candidate | None]:
    """An endless stream of problems with so many levels, uniform; None where a draw failed."""
    fewest, most = depth
    while True:
        draw = draw_problem(rng, rng.randint(fewest, most), params)
        if draw is None:
            yield None
        else:
            graph = graph_of(rng, draw, params)
            metadata = {"ops": draw.operations, "depth": draw.depth}
            yield Candidate(graph, graph.structure_hash(), metadata)


def graph_of(rng: random.Random, draw: Draw, params: DyValParameters) -> ReasoningGraph:
    """The reasoning graph of a draw, its quantities in the order of the description.

    The original names quantities in the alphabetical order of a solution, which gives it away
    however the description is shuffled; here names are drawn unless ``leaky_names`` is set.
    """
    alphabet, count = ALPHABETS[params.tier], len(draw.order)
    drawn = alphabet[:count] if params.leaky_names else rng.sample(alphabet, count)
    names = dict(zip(draw.order, drawn, strict=True))
    quantities = []
    for number in draw.order:
        operator, children, constant = draw.nodes[number]
        operands = [names[child] for child in children]
        what = equation(operator, operands) if children else constant
        quantities.append(Quantity(names[number], what, draw.values[number]))
    if params.description_order == "reversed":
        quantities.reverse()
    elif params.description_order == "random":
        rng.shuffle(quantities)
    return ReasoningGraph(tuple(quantities), names[draw.order[-1]], params.arithmetic)
