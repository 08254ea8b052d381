"""Draws one problem as numbers: its parameters, their dependencies and values, before any words."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bi_bench_plugins.benchmarks.igsm.dependencies import CONSTANT, draw_dependencies
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
    pick,
    sample,
    uniform,
)

_STRUCTURE_TRIES = 50


class Outline(NamedTuple):
    """The parameters of a problem and their dependencies, before the equations.

    ``order`` is needed (the target last), ``redundant`` is not; each parameter stands after those it
    depends on. ``dependencies`` are those of the instance parameters, ``CONSTANT`` first; ``early``
    are those among them without which something in ``order`` would not be needed.
    """

    operations: int
    structure: Structure
    order: list[int]
    redundant: list[int]
    dependencies: dict[int, list[int]]
    early: dict[int, int]

    @property
    def target(self) -> int:
        """The parameter that is asked for."""
        return self.order[-1]

    @property
    def parameters(self) -> list[int]:
        """All parameters, each after those it depends on."""
        return self.order + self.redundant

    @property
    def difficulty(self) -> tuple[int, int, int, int]:
        """Operations, quantities needed and redundant, operands of all equations together."""
        needs, dependencies = self.structure.needs, self.dependencies
        operands = sum([len(dependencies.get(p, needs[p])) for p in self.parameters])
        return self.operations, len(self.order), len(self.redundant), operands


def draw_outline(
    rng: random.Random, ops: tuple[int, int], redundant: int | None = None
) -> Outline | None:
    """A problem without equations, or None where the generator of iGSM fails.

    The number of operations is the smaller of two uniform draws, so easy problems are more common.
    Unused instance parameters become redundant ones, all or at most so many.
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
    needed = draw_dependencies(rng, structure, order, operations)
    if needed is None:
        return None
    spare, spared = draw_redundant(rng, structure, order.parameters, redundant)
    return Outline(operations, structure, order.parameters, spare, needed | spared, order.early)


def redirected(rng: random.Random, outline: Outline) -> Outline:
    """The same outline with other parents for one needed parameter, as many as before."""
    movable = [p for p in outline.order if not outline.structure.is_abstract(p)]
    parameter = pick(rng, movable)
    parents = outline.dependencies[parameter]
    kept = [parent for parent in parents if parent in (CONSTANT, outline.early.get(parameter))]
    pool = [p for p in outline.order[: outline.order.index(parameter)] if p not in kept]
    drawn = sample(rng, pool, len(parents) - len(kept))
    return outline._replace(dependencies={**outline.dependencies, parameter: kept + drawn})


def draw_equation(rng: random.Random, outline: Outline, parameter: int, setting: Setting) -> Form:
    """The equation of a parameter: drawn, or given by the structure if it is an abstract one."""
    if outline.structure.is_abstract(parameter):
        return abstract_form(outline.structure, parameter)
    return draw_form(rng, outline.dependencies[parameter], setting)


def values_of(
    parameters: Iterable[int], forms: Mapping[int, Form], setting: Setting
) -> dict[int, int]:
    """The values of parameters, each after those it depends on, given their equations."""
    values: dict[int, int] = {}
    for parameter in parameters:
        values[parameter] = value_of(forms[parameter], values, setting)
    return values
