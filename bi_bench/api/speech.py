"""Words plans: a voice words single steps, :func:`speak` joins them into a solution."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bi_bench.api.expression import Expression, Number, evaluate, operations, reductions, substitute
from bi_bench.api.graph import Quantity, ReasoningGraph
from bi_bench.api.plan import Plan, Step, StepKind


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` of a solution belong to step number ``step``."""

    start: int
    end: int
    step: int
    kind: StepKind
    injected: bool


@dataclass(frozen=True, slots=True)
class Solution:
    """A spoken plan: the text that a model learns to write, and which step each part belongs to."""

    text: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """The state of a solution so far: values stated (possibly wrong on purpose) and names attempted."""

    values: dict[str, Number] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)


class Voice(ABC):
    """The words of one benchmark for one problem.

    Each method gives one sentence without surrounding blanks. Sentences about the same quantity
    share a line, which ``line_start`` opens and ``line_end`` closes. The text of a step ``say`` has a
    line of its own.
    """

    opening: str = ""
    line_start: str = ""
    line_end: str = "\n"

    @abstractmethod
    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """A quantity without parents is taken from the question."""

    @abstractmethod
    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """A quantity is computed: its equation and the numbers, up to the last equals sign."""

    @abstractmethod
    def subgoal(self, expression: Expression) -> str:
        """One intermediate result of a computation, with its equals sign."""

    @abstractmethod
    def result(self, quantity: Quantity, value: Number) -> str:
        """The value at the end of a computation, with its equals sign."""

    @abstractmethod
    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """A quantity is tried and left because the ``missing`` parents are unsolved."""

    @abstractmethod
    def back(self, quantity: Quantity) -> str:
        """The return to a quantity that was attempted before."""

    @abstractmethod
    def restate(self, quantity: Quantity) -> str:
        """The premise about a quantity, restated."""

    def filler(self, quantity: Quantity, words: int) -> str:
        """Exactly so many words, separated by blanks, that say nothing and parse as no step."""
        return " ".join(["."] * words)

    def remark(self, text: str) -> str:
        """The text of a step ``say`` as a sentence of this benchmark: as it stands."""
        return text

    @abstractmethod
    def closing(self, quantity: Quantity, value: Number) -> str:
        """The end of the solution: the value of the target as the answer."""


def speak(graph: ReasoningGraph, plan: Plan, voice: Voice) -> Solution:
    """The solution that ``plan`` describes in the words of ``voice``, with a span for each step.

    A planted ``offset`` changes the value that is stated, and all later steps use stated values; if it
    makes one of them impossible, such as a division by zero, that one states its true value.
    Planted ``content`` changes nothing later.
    """
    said, parts, length = Said(), [voice.opening], len(voice.opening)
    spans: list[Span] = []
    line_about: str | None = None
    steps = plan.steps

    def say(text: str, step: int | None = None) -> None:
        nonlocal length
        parts.append(text)
        if step is not None:
            kind, injected = steps[step].kind, steps[step].injected
            spans.append(Span(length, length + len(text), step, kind, injected))
        length += len(text)

    def begin(quantity: str | None) -> None:
        nonlocal line_about
        if line_about not in (None, quantity):
            say(voice.line_end)
        say(" " if quantity and line_about == quantity else voice.line_start)
        line_about = quantity

    for index, step in enumerate(steps):
        quantity = graph[step.quantity]
        content = graph[step.content or step.quantity]
        if step.kind == "subgoal":
            continue  # spoken inside the computation that it belongs to
        begin(None if step.kind == "say" else quantity.name)
        if step.kind == "compute":
            value = computed(graph, quantity, step.offset, said.values)
            numeric = substitute(quantity.equation, said.values)
            say(voice.compute(quantity, numeric, said), index)
            for place, later in enumerate(steps[index + 1 :]):
                if later.kind != "subgoal" or later.quantity != quantity.name:
                    break
                say(" ")
                say(voice.subgoal(intermediate(graph, numeric, later, place)), index + 1 + place)
            say(" ")
            say(voice.result(quantity, value), index)
            said.values[quantity.name] = value
        elif step.kind == "read":
            value = computed(graph, quantity, step.offset, said.values)
            say(voice.read(quantity, value, said), index)
            said.values[quantity.name] = value
        elif step.kind == "attempt":
            missing = [p for p in content.parents if step.content or p not in said.values]
            say(voice.attempt(quantity, missing, said), index)
            said.attempted.add(quantity.name)
        elif step.kind == "filler":
            say(voice.filler(quantity, step.words), index)
        elif step.kind == "say":
            say(voice.remark(step.text), index)
        else:
            say(voice.back(content) if step.kind == "return" else voice.restate(content), index)
        if step.kind in ("read", "compute", "attempt", "say"):
            say(voice.line_end)
            line_about = None
    target = graph[graph.target]
    say(voice.closing(target, said.values[target.name]))
    return Solution("".join(parts), tuple(spans))


def subgoal_count(graph: ReasoningGraph, name: str) -> int:
    """How many intermediate results the computation of a quantity has."""
    return max(0, operations(graph[name].equation) - 1)


def _true_reductions(graph: ReasoningGraph, name: str) -> tuple[Expression, ...]:
    values = {quantity.name: quantity.value for quantity in graph.quantities}
    return reductions(substitute(graph[name].equation, values), graph.modulus)


def intermediate(graph: ReasoningGraph, numeric: Expression, step: Step, place: int) -> Expression:
    """The value of the subgoal at a place behind a computation."""
    if not step.content:
        return reductions(numeric, graph.modulus)[place]
    borrowed = _true_reductions(graph, step.content)
    return borrowed[place % len(borrowed)]


def computed(
    graph: ReasoningGraph, quantity: Quantity, offset: int, values: Mapping[str, Number]
) -> Number:
    """The value stated for a quantity, after other ``values`` were stated."""
    value = evaluate(quantity.equation, values, graph.modulus)
    if value != value:  # not a number
        value = quantity.value
    if offset or not isinstance(value, int):
        value = evaluate(("+", value, offset))  # rounds like any sum
    return value if graph.modulus is None else value % graph.modulus
