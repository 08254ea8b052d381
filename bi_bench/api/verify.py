"""The step verifier: recomputes every line of a solution that was read back from its text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bi_bench.api.expression import (
    Expression,
    Number,
    evaluate,
    reductions,
    references,
    render,
    substitute,
)
from bi_bench.api.graph import Quantity, ReasoningGraph
from bi_bench.api.plan import StepKind

NeededSteps = Literal["right", "wrong", "unrecognised"]


@dataclass(frozen=True, slots=True)
class Stated:
    """One step as a text states it, read by the benchmark's parser.

    ``chain``: what stands between the equals signs of a computation, first the equation over
    names, then the numbers, perhaps intermediate results, last the value; for ``read`` the value
    alone, for ``restate`` the equation alone. ``missing``: the quantities that an attempt states as
    unsolved.
    """

    kind: StepKind
    quantity: str
    start: int
    end: int
    chain: tuple[Expression, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def value(self) -> Number | None:
        """The value that the step claims, if it claims one."""
        last = self.chain[-1] if self.chain and self.kind in ("read", "compute") else None
        return last if isinstance(last, int | float) else None


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """Whether a stated step is right, and if not, why."""

    step: Stated
    problem: str = ""

    @property
    def right(self) -> bool:
        """True if nothing is wrong with the step."""
        return not self.problem


def verify(graph: ReasoningGraph, steps: Iterable[Stated]) -> list[StepVerdict]:
    """Every step recomputed from the graph: equation, numbers, every equals sign, what was known.

    A wrong value makes its own line wrong; later lines that use it are wrong too, because the
    values they put in are not the true ones. Rounded numbers must be right to the last decimal.
    """
    known: set[str] = set()
    attempted: set[str] = set()
    verdicts = []
    for step in steps:
        verdicts.append(StepVerdict(step, _fault(graph, step, known, attempted)))
        if step.value is not None:
            known.add(step.quantity)
        if step.kind == "attempt":
            attempted.add(step.quantity)
    return verdicts


def needed_steps(graph: ReasoningGraph, steps: Iterable[Stated]) -> NeededSteps:
    """How a text states the needed quantities: "wrong" if one has a value that is not its own,
    "unrecognised" if none has but not all are stated, so that it cannot be decided, else "right".

    Unlike in :func:`verify`, rounded numbers have the tolerance of :meth:`ReasoningGraph.agrees`.
    """
    needed = {quantity.name: quantity.value for quantity in graph.needed}
    stated = {step.quantity for step in steps if step.value is not None}
    for step in steps:
        value = needed.get(step.quantity)
        if step.value is not None and value is not None and not graph.agrees(step.value, value):
            return "wrong"
    return "right" if stated >= needed.keys() else "unrecognised"


def needed_steps_right(graph: ReasoningGraph, steps: Iterable[Stated]) -> bool:
    """True if every needed quantity is stated, and wherever it is stated has its true value."""
    return needed_steps(graph, steps) == "right"


def _fault(graph: ReasoningGraph, step: Stated, known: set[str], attempted: set[str]) -> str:
    if step.quantity not in graph.by_name:
        return f'there is no quantity "{step.quantity}"'
    quantity = graph[step.quantity]
    unsolved = [parent for parent in quantity.parents if parent not in known]
    if step.kind == "attempt":
        said = ", ".join(step.missing)
        if not unsolved:
            return "the attempt is not blocked: all its parents are known"
        return (
            "" if set(step.missing) == set(unsolved) else f"wrong list of unsolved parents: {said}"
        )
    if step.kind == "return":
        return "" if quantity.name in attempted else "returns to what was never attempted"
    if step.kind == "restate":
        return _restatement_fault(quantity, step)
    if unsolved:
        return f"uses {', '.join(unsolved)} before it is known"
    return _computation_fault(graph, quantity, step)


def _restatement_fault(quantity: Quantity, step: Stated) -> str:
    if not quantity.premise:
        return "not a premise: the equation follows from the names"
    if step.chain == (quantity.equation,):
        return ""
    return f"the question says {render(quantity.equation)}"


def _computation_fault(graph: ReasoningGraph, quantity: Quantity, step: Stated) -> str:
    if step.kind == "read":
        right = not quantity.parents and step.chain == (quantity.value,)
        return "" if right else f"the question does not give {step.value}"
    if len(step.chain) < 2 or step.value is None:
        return "the computation has no value"
    symbolic, *states = step.chain
    if sorted(references(symbolic)) != sorted(quantity.parents):
        return "the equation does not use exactly the parents"
    values = {name: graph[name].value for name in quantity.parents}
    if evaluate(symbolic, values, graph.modulus) != quantity.value:
        return "the equation is not the one of the question"
    if len(states) > 1 and states[0] != (numeric := substitute(symbolic, values)):
        return f"the numbers put in are not the true ones: {render(numeric)}"
    for state in states:
        if references(state) or evaluate(state, None, graph.modulus) != quantity.value:
            return f"an equals sign is wrong: the value is {quantity.value}"
    if step.value != quantity.value:  # right modulo, but not reduced
        return f"the value is {quantity.value}"
    between = tuple(states[1:-1])
    if between and between != reductions(states[0], graph.modulus):
        return "the intermediate results are not one operation apart"
    return ""
