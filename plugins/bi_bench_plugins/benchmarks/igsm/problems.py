"""From draws to graphs: accepted problems of one split, one after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bi_bench.api import Quantity, ReasoningGraph, Split
from bi_bench_plugins.benchmarks.igsm.draw import Draw, draw_necessary, with_redundant
from bi_bench_plugins.benchmarks.igsm.equations import Setting, expression_of
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.igsm.splits import owner

PATIENCE = 20_000  # draws without a single accepted problem before a split counts as exhausted

Names = Callable[[random.Random, Draw], dict[int, str]]


class Accepted(NamedTuple):
    """A problem of a split: its graph, how many operations it takes, the hash of its structure."""

    graph: ReasoningGraph
    operations: int
    structure: str


def accepted(
    split: Split, params: IGSMParameters, name: Names, rng: random.Random
) -> Iterator[Accepted]:
    """Problems whose structure belongs to ``split``; ends when ``PATIENCE`` draws found none."""
    wasted = 0
    while wasted < PATIENCE:
        wasted += 1
        draw = draw_accepted(rng, params.ops_of(split), params)
        if draw is None:
            continue
        graph = graph_of(rng, draw, name(rng, draw), params.arithmetic)
        if owner(structure := graph.structure_hash()) == split:
            wasted = 0
            yield Accepted(graph, draw.operations, structure)


def draw_accepted(rng: random.Random, ops: tuple[int, int], params: IGSMParameters) -> Draw | None:
    """One draw, or None if the generator fails or the answer is filtered out."""
    setting = Setting(params.arithmetic)
    draw = draw_necessary(rng, ops, setting)
    if draw is None:
        return None
    answer = draw.values[draw.target]
    if setting.modulus is None and abs(answer) >= params.answer_bound:
        return None
    if answer == 0 and params.zero_filter > rng.random():
        return None
    return with_redundant(rng, draw, setting, params.redundant)


def graph_of(
    rng: random.Random, draw: Draw, names: dict[int, str], modulus: int | None
) -> ReasoningGraph:
    """The reasoning graph of a draw, its quantities shuffled into the question's order."""
    needed = set(draw.order)
    quantities = [
        Quantity(
            names[parameter],
            expression_of(draw.forms[parameter], names),
            draw.values[parameter],
            premise=not draw.structure.is_abstract(parameter),
            needed=parameter in needed,
        )
        for parameter in draw.parameters
    ]
    rng.shuffle(quantities)
    return ReasoningGraph(tuple(quantities), names[draw.target], modulus)
