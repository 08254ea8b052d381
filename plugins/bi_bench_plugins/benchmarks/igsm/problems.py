"""Turns outlines into problems: equations whose structure a split owns, then values and names."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench.api.canonical import total
from bi_bench_plugins.benchmarks.igsm.dependencies import CONSTANT
from bi_bench_plugins.benchmarks.igsm.draw import (
    Outline,
    draw_equation,
    draw_outline,
    redirected,
    values_of,
)
from bi_bench_plugins.benchmarks.igsm.equations import Form, Setting, draw_form, expression_of
from bi_bench_plugins.benchmarks.igsm.hashes import colours_of, mark_of
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.igsm.structure import pick, shuffle
from bi_bench_plugins.benchmarks.shared.splits import Drawn, Mine, Variant

_LARGE = 10  # operations from which on structures hardly ever come up twice
CHANGES = 4  # of each equation, before a parameter gets other parents

Names = Callable[[random.Random, Outline], Mapping[int, str]]
Forms = dict[int, Form]


class Sketch(NamedTuple):
    """An outline with equations that give an answer within the bounds of ``params``."""

    outline: Outline
    forms: Forms
    params: IGSMParameters
    name: Names

    @property
    def difficulty(self) -> tuple[int, ...]:
        """The property whose distribution is the same in all splits."""
        return self.outline.difficulty

    def variants(self, rng: random.Random, mine: Mine) -> Iterator[Variant]:
        """The outline under several equations, then with other parents for one parameter, and so on.

        So many that the split that owns fewest finds one; small problems do not have as many.
        """
        left = 64 if self.outline.operations < _LARGE else 512
        outline, forms = self.outline, dict(self.forms)
        while True:
            for structure in islice(structures(rng, outline, forms, self.params), left):
                left -= 1
                if mine(structure):
                    changed = self._replace(outline=outline, forms=dict(forms))
                    yield Variant(
                        structure, partial(accepted, rng, changed), partial(drawn, rng, changed)
                    )
            if not left:
                return
            outline = redirected(rng, outline)
            forms = draw_forms(rng, outline, self.params)


def sketches(
    ops: tuple[int, int], params: IGSMParameters, name: Names, rng: random.Random
) -> Iterator[Sketch | None]:
    """An endless stream of problems with so many operations; None where a draw failed."""
    while True:
        outline = draw_outline(rng, ops, params.redundant)
        if outline is None:
            yield None
            continue
        sketch = Sketch(outline, draw_forms(rng, outline, params), params, name)
        yield sketch if accepted(rng, sketch) else None


def draw_forms(rng: random.Random, outline: Outline, params: IGSMParameters) -> Forms:
    """An equation for every parameter."""
    setting = Setting(params.arithmetic)
    return {p: draw_equation(rng, outline, p, setting) for p in outline.parameters}


def structures(
    rng: random.Random, outline: Outline, forms: Forms, params: IGSMParameters
) -> Iterator[str]:
    """The hash of the structure, then with one equation of ``forms`` drawn anew at a time."""
    setting = Setting(params.arithmetic)
    coloured = colours_of(forms, outline.target)
    marks = {p: mark_of(p, form, coloured) for p, form in forms.items()}
    marked = sum(marks.values())
    yield total(marked)
    dependencies = outline.dependencies
    # A constant alone, the same as one parent, the sum of three or more: each has one structure.
    free = [
        p
        for p, parents in dependencies.items()
        if len(parents) == 2 or (len(parents) > 2 and parents[0] == CONSTANT)
    ]
    known: dict[tuple[int, str, str, int], int] = {}
    for _ in range(CHANGES * len(free)):
        changed = pick(rng, free)
        form = forms[changed] = draw_form(rng, dependencies[changed], setting)
        outer, _, inner, parents, _ = form
        # Constants play no part in the structure, and only a difference has a first operand.
        key = (changed, outer, inner, parents[0] if inner == "-" else CONSTANT)
        new = known.get(key)
        if new is None:
            new = known[key] = mark_of(changed, form, coloured)
        marked += new - marks[changed]
        marks[changed] = new
        yield total(marked)


def accepted(rng: random.Random, sketch: Sketch) -> bool:
    """True if the answer passes the filters on its size and on 0."""
    params = sketch.params
    order = sketch.outline.order
    answer = values_of(order, sketch.forms, Setting(params.arithmetic))[order[-1]]
    if params.arithmetic is None and abs(answer) >= params.answer_bound:
        return False
    return answer != 0 or params.zero_filter <= rng.random()


def drawn(rng: random.Random, sketch: Sketch) -> Drawn:
    """The problem with its names."""
    names = sketch.name(rng, sketch.outline)
    graph = graph_of(rng, sketch.outline, sketch.forms, names, sketch.params.arithmetic)
    return Drawn(graph, {"ops": sketch.outline.operations})


def graph_of(
    rng: random.Random,
    outline: Outline,
    forms: Forms,
    names: Mapping[int, str],
    modulus: int | None,
) -> ReasoningGraph:
    """The reasoning graph of a problem, its quantities shuffled into the question's order."""
    values = values_of(outline.parameters, forms, Setting(modulus))
    needed = set(outline.order)
    quantities = [
        Quantity(
            names[parameter],
            expression_of(forms[parameter], names),
            values[parameter],
            premise=not outline.structure.is_abstract(parameter),
            needed=parameter in needed,
        )
        for parameter in outline.parameters
    ]
    shuffle(rng, quantities)
    return ReasoningGraph(tuple(quantities), names[outline.target], modulus)
