"""The equations of parameters: the sentence forms of iGSM as small records with a value."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bi_bench.api.expression import Expression
from bi_bench_plugins.benchmarks.igsm.dependencies import CONSTANT
from bi_bench_plugins.benchmarks.igsm.structure import Structure, shuffle


class Form(NamedTuple):
    """``constant outer ( inner over parents )``; an empty operator is left out.

    An abstract parameter has neither constant nor operators but ``terms``, which are added up.
    """

    outer: str = ""
    constant: int = 0
    inner: str = ""
    parents: tuple[int, ...] = ()
    terms: tuple[tuple[int, ...], ...] = ()


class Setting(NamedTuple):
    """The arithmetic of a tier: all values modulo ``modulus``, or integers where it is None."""

    modulus: int | None

    @property
    def digits(self) -> int:
        """Constants are drawn below this."""
        return 10 if self.modulus is None else self.modulus


def draw_form(rng: random.Random, dependencies: Sequence[int], setting: Setting) -> Form:
    """An equation over the dependencies of an instance parameter (BRIDGE's sentence forms).

    With a constant: equal to it, more than the rest, or times the rest. Without: the same as one
    parent, the sum or the difference of two, the sum of more.
    """
    if dependencies[0] == CONSTANT:
        parents = list(dependencies[1:])
        outer = "+" if not parents or rng.random() < 0.5 else "*"
        # Modulo m a factor of 0 would only make the value vanish; upstream iGSM leaves it out too.
        smallest = 1 if outer == "*" and setting.modulus is not None else 0
        constant = smallest + int(rng.random() * (setting.digits - smallest))
    else:
        parents, outer, constant = list(dependencies), "", 0
    inner = ""
    if len(parents) > 1:
        shuffle(rng, parents)
        inner = "-" if len(parents) == 2 and rng.random() < 0.5 else "+"
    return Form(outer, constant, inner, tuple(parents))


def abstract_form(structure: Structure, parameter: int) -> Form:
    """The relation that an abstract parameter has by the structure alone."""
    layer, _, below = structure.abstracts[parameter - len(structure.instances)]
    needs = structure.needs[parameter]
    if layer - below == 1:
        return Form(terms=tuple((part,) for part in needs))
    return Form(terms=tuple(zip(needs[::2], needs[1::2], strict=True)))


def value_of(form: Form, values: Mapping[int, int], setting: Setting) -> int:
    """The value of a form, given those of its parents."""
    if form.terms:
        total = 0
        for term in form.terms:
            total += values[term[0]] if len(term) == 1 else values[term[0]] * values[term[1]]
    else:
        total = sum([values[parent] for parent in form.parents])
        if form.inner == "-":
            total -= 2 * values[form.parents[1]]
        if form.outer == "*":
            total *= form.constant
        elif form.outer:
            total += form.constant
    return total if setting.modulus is None else total % setting.modulus


def expression_of(form: Form, names: Mapping[int, str]) -> Expression:
    """A form as an equation between named quantities."""
    if form.terms:
        terms = [
            names[term[0]] if len(term) == 1 else ("*", *(names[part] for part in term))
            for term in form.terms
        ]
        return terms[0] if len(terms) == 1 else ("+", *terms)
    if not form.parents:
        return form.constant
    parents = [names[parent] for parent in form.parents]
    inner: Expression = (form.inner, *parents) if form.inner else parents[0]
    return (form.outer, form.constant, inner) if form.outer else inner
