"""One problem as numbers: structure, dependencies, equations and values, before any words."""

from __future__ import annotations

import random
from typing import NamedTuple

from bi_bench_plugins.benchmarks.igsm.dependencies import draw_dependencies
from bi_bench_plugins.benchmarks.igsm.equations import (
    Form,
    Setting,
    abstract_form,
    draw_form,
    value_of,
)
from bi_bench_plugins.benchmarks.igsm.necessary import draw_members, draw_order
from bi_bench_plugins.benchmarks.igsm.redundant import draw_redundant
from bi_bench_plugins.benchmarks.igsm.structure import (
    Structure,
    draw_size,
    draw_structure,
    uniform,
)

_STRUCTURE_TRIES = 50


class Draw(NamedTuple):
    """A solvable set of parameters: ``order`` is needed (the target last), the rest is redundant."""

    operations: int
    structure: Structure
    order: list[int]
    redundant: list[int]
    forms: dict[int, Form]
    values: dict[int, int]

    @property
    def target(self) -> int:
        """The parameter that is asked for."""
        return self.order[-1]

    @property
    def parameters(self) -> list[int]:
        """All parameters, each after those it depends on."""
        return self.order + self.redundant


def draw_necessary(rng: random.Random, ops: tuple[int, int], setting: Setting) -> Draw | None:
    """A problem without its redundant part, or None where the generator of iGSM fails.

    The number of operations is the smaller of two uniform draws, so easy problems are more common.
    """
    operations = min(uniform(rng, *ops), uniform(rng, *ops))
    first = max(uniform(rng, 1, operations), uniform(rng, 1, operations))
    second = uniform(rng, first, operations)
    size = draw_size(rng, operations)
    for _ in range(_STRUCTURE_TRIES):
        structure = draw_structure(rng, size)
        members = draw_members(rng, structure, first, second)
        if order := draw_order(rng, structure, members):
            break
    else:
        return None
    dependencies = draw_dependencies(rng, structure, order, operations)
    if dependencies is None:
        return None
    draw = Draw(operations, structure, order.parameters, [], {}, {})
    _solve(rng, draw, order.parameters, dependencies, setting)
    return draw


def with_redundant(
    rng: random.Random, draw: Draw, setting: Setting, most: int | None = None
) -> Draw:
    """The same problem with unused instance parameters as redundant ones, all or ``most``."""
    redundant, dependencies = draw_redundant(rng, draw.structure, draw.order, most)
    complete = draw._replace(redundant=redundant, forms={**draw.forms}, values={**draw.values})
    _solve(rng, complete, redundant, dependencies, setting)
    return complete


def _solve(
    rng: random.Random,
    draw: Draw,
    parameters: list[int],
    dependencies: dict[int, list[int]],
    setting: Setting,
) -> None:
    for parameter in parameters:
        form = (
            abstract_form(draw.structure, parameter)
            if draw.structure.is_abstract(parameter)
            else draw_form(rng, dependencies[parameter], setting)
        )
        draw.forms[parameter] = form
        draw.values[parameter] = value_of(form, draw.values, setting)
