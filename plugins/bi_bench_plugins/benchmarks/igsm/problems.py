"""Turns outlines into problems: equations whose structure a split owns, then values and names."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench.api.canonical import colours, mark, total
from bi_bench_plugins.benchmarks.igsm.dependencies import CONSTANT
from bi_bench_plugins.benchmarks.igsm.draw import (
    Outline,
    draw_equation,
    draw_outline,
    redirected,
    values_of,
)
from bi_bench_plugins.benchmarks.igsm.equations import Form, Setting, expression_of
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.igsm.structure import pick
from bi_bench_plugins.benchmarks.shared.splits import Drawn, Variant

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

    def variants(self, rng: random.Random) -> Iterator[Variant]:
        """So many that the split that owns fewest finds one; small problems do not have as many."""
        return islice(self._walk(rng), 64 if self.outline.operations < _LARGE else 512)

    def _walk(self, rng: random.Random) -> Iterator[Variant]:
        """The outline under several equations, then with other parents for one parameter, and so on."""
        sketch = self
        while True:
            for structure, forms in equations(rng, sketch):
                changed = sketch._replace(forms=forms)
                yield Variant(
                    structure, partial(accepted, rng, changed), partial(drawn, rng, changed)
                )
            outline = redirected(rng, sketch.outline)
            sketch = sketch._replace(outline=outline, forms=draw_forms(rng, outline, self.params))


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


def equations(rng: random.Random, sketch: Sketch) -> Iterator[tuple[str, Forms]]:
    """The equations of a sketch with the hash of their structure, then with one drawn anew at a time."""
    outline, forms = sketch.outline, dict(sketch.forms)
    setting = Setting(sketch.params.arithmetic)
    names = {parameter: str(parameter) for parameter in outline.parameters}
    expressions = {names[p]: expression_of(form, names) for p, form in forms.items()}
    coloured = colours(expressions, names[outline.target])
    known: dict[tuple[int, Form], int] = {}

    def marked(parameter: int) -> int:
        # Constants play no part in the structure.
        key = (parameter, forms[parameter]._replace(constant=0))
        if key not in known:
            equation = expression_of(forms[parameter], names)
            known[key] = mark(names[parameter], equation, coloured)
        return known[key]

    marks = sum([marked(parameter) for parameter in forms])
    yield total(marks), dict(forms)
    # A constant alone, the same as one parent, the sum of three or more: each has one structure.
    free = [
        p
        for p, parents in outline.dependencies.items()
        if len(parents) == 2 or (len(parents) > 2 and parents[0] == CONSTANT)
    ]
    for _ in range(CHANGES * len(free)):
        changed = pick(rng, free)
        marks -= marked(changed)
        forms[changed] = draw_equation(rng, outline, changed, setting)
        marks += marked(changed)
        yield total(marks), dict(forms)


def accepted(rng: random.Random, sketch: Sketch) -> bool:
    """True if the answer passes the filters on its size and on 0."""
    params = sketch.params
    answer = values_of(sketch.outline, sketch.forms, Setting(params.arithmetic))[
        sketch.outline.target
    ]
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
    values = values_of(outline, forms, Setting(modulus))
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
    rng.shuffle(quantities)
    return ReasoningGraph(tuple(quantities), names[outline.target], modulus)
