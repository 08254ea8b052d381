"""The reasoning graph of a problem: quantities, the equations between them, the target."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from bi_bench.api.canonical import canonical_hash
from bi_bench.api.errors import GraphError
from bi_bench.api.expression import Expression, Number, evaluate, leaves, references

Order = Literal["topological", "depth-first"]
TOLERANCE = 1e-4  # relative error below which a rounded number counts as right (DyVal)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One node: ``value`` is what ``equation`` gives.

    ``premise``: the question states the equation (otherwise it is implicit in the names).
    ``needed``: the target depends on it (otherwise it is redundant).
    """

    name: str
    equation: Expression
    value: Number
    premise: bool = True
    needed: bool = True

    @property
    def parents(self) -> tuple[str, ...]:
        """The quantities that must be known first."""
        return references(self.equation)

    @property
    def operands(self) -> int:
        """Parents and constants in the equation: the paper's number of parents including RNG."""
        constants = sum(not isinstance(leaf, str) for leaf in leaves(self.equation))
        return len(self.parents) + constants


@dataclass(frozen=True)
class ReasoningGraph:
    """The directed acyclic graph of a problem, independent of wording.

    ``quantities`` stand in any order; ``modulus`` reduces every value, None means that none does.
    Raises GraphError on construction if a parent is unknown, a value is wrong, there is a cycle, or
    a division or root is combined with a modulus.
    """

    quantities: tuple[Quantity, ...]
    target: str
    modulus: int | None = None

    def __post_init__(self) -> None:
        by_name = self.by_name
        if len(by_name) != len(self.quantities):
            raise GraphError("two quantities share a name")
        if self.target not in by_name:
            raise GraphError(f'the target "{self.target}" is not a quantity')
        if self.modulus is not None and not self.exact:
            raise GraphError("with a modulus, division, roots and decimal numbers are not possible")
        values = {quantity.name: quantity.value for quantity in self.quantities}
        done: set[str] = set()
        for quantity in self._solvable_order():
            if (value := evaluate(quantity.equation, values, self.modulus)) != quantity.value:
                raise GraphError(f'"{quantity.name}" is {value}, not {quantity.value}')
            done.add(quantity.name)
        if stuck := sorted(by_name.keys() - done):
            raise GraphError(f"a cycle runs through {', '.join(stuck)}")

    def __getitem__(self, name: str) -> Quantity:
        return self.by_name[name]

    @cached_property
    def by_name(self) -> Mapping[str, Quantity]:
        """Quantities by name."""
        return {quantity.name: quantity for quantity in self.quantities}

    @cached_property
    def exact(self) -> bool:
        """True if all values are integers: no division, root or decimal number in any equation."""
        return all(_exact(quantity.equation) for quantity in self.quantities)

    def agrees(self, stated: Number, value: Number) -> bool:
        """True if a stated number counts as ``value``: equal, or where values are rounded with a
        relative error below ``TOLERANCE``.
        """
        return stated == value or (not self.exact and abs(stated - value) < TOLERANCE * abs(value))

    @property
    def needed(self) -> tuple[Quantity, ...]:
        """The quantities that the target depends on, the target included."""
        return tuple(quantity for quantity in self.quantities if quantity.needed)

    @property
    def redundant(self) -> tuple[Quantity, ...]:
        """The quantities that the target does not depend on."""
        return tuple(quantity for quantity in self.quantities if not quantity.needed)

    def solution_order(self, order: Order, rng: random.Random) -> tuple[str, ...]:
        """The needed quantities with every parent before its children, the target last.

        "topological" is a uniform random choice among the solvable ones at each step,
        "depth-first" solves the parents of the target one after the other, from left to right.
        """
        if order == "depth-first":
            return tuple(self._post_order(self.target, set()))
        parents = {quantity.name: quantity.parents for quantity in self.needed}
        missing = {name: len(names) for name, names in parents.items()}
        users: dict[str, list[str]] = {}
        for name, names in parents.items():
            for parent in names:
                users.setdefault(parent, []).append(name)
        result: list[str] = []
        while ready := [name for name, count in missing.items() if not count]:
            result.append(rng.choice(ready))
            del missing[result[-1]]
            for user in users.get(result[-1], ()):
                missing[user] -= 1
        return tuple(result)

    def structure_hash(self) -> str:
        """A hash of the template of a question: equal where names, order and constants alone differ.

        What the question leaves implicit plays no part: it may state the equation all the same.
        """
        return self._hash(constants=False)

    def question_hash(self) -> str:
        """A hash of the whole question: equal for two that differ in names and order alone."""
        return self._hash(constants=True)

    def _hash(self, constants: bool) -> str:
        equations = {quantity.name: quantity.equation for quantity in self.quantities}
        return canonical_hash(equations, self.target, constants=constants)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; :meth:`from_json` reads it back."""
        rows = [[q.name, q.equation, q.value, q.premise, q.needed] for q in self.quantities]
        return {"quantities": rows, "target": self.target, "modulus": self.modulus}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ReasoningGraph:
        """The inverse of :meth:`to_json`; raises GraphError for a graph that cannot be solved."""
        quantities = (
            Quantity(name, _tuples(equation), value, premise, needed)
            for name, equation, value, premise, needed in data["quantities"]
        )
        return cls(tuple(quantities), data["target"], data["modulus"])

    def _solvable_order(self) -> Iterator[Quantity]:
        by_name = self.by_name
        missing: dict[str, int] = {}
        children: dict[str, list[str]] = {}
        for quantity in self.quantities:
            parents = quantity.parents
            missing[quantity.name] = len(parents)
            for parent in parents:
                if parent not in by_name:
                    raise GraphError(f'"{quantity.name}" needs "{parent}", which does not exist')
                children.setdefault(parent, []).append(quantity.name)
        ready = [name for name, count in missing.items() if not count]
        while ready:
            name = ready.pop()
            yield by_name[name]
            for child in children.get(name, ()):
                missing[child] -= 1
                if not missing[child]:
                    ready.append(child)

    def _post_order(self, name: str, seen: set[str]) -> Iterator[str]:
        # Seen ones are skipped as a whole: shared parents would make the walk exponential.
        seen.add(name)
        for parent in self.by_name[name].parents:
            if parent not in seen:
                yield from self._post_order(parent, seen)
        yield name


def _exact(expression: Expression) -> bool:
    if isinstance(expression, tuple):
        return expression[0] not in ("/", "sqrt") and all(map(_exact, expression[1:]))
    return not isinstance(expression, float)


def _tuples(expression: Any) -> Expression:
    return tuple(map(_tuples, expression)) if isinstance(expression, list) else expression
