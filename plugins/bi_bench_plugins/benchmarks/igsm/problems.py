"""From draws to graphs: one candidate after the other."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench_plugins.benchmarks.igsm.draw import Draw, draw_necessary, with_redundant
from bi_bench_plugins.benchmarks.igsm.equations import Setting, expression_of
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.shared.splits import Candidate

Names = Callable[[random.Random, Draw], dict[int, str]]


def candidates(
    ops: tuple[int, int], params: IGSMParameters, name: Names, rng: random.Random
) -> Iterator[Candidate | None]:
    """An endless stream of problems with so many operations; None where a draw failed."""
    while True:
        draw = draw_accepted(rng, ops, params)
        if draw is None:
            yield None
        else:
            graph = graph_of(rng, draw, name(rng, draw), params.arithmetic)
            yield Candidate(graph, graph.structure_hash(), {"ops": draw.operations})


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
