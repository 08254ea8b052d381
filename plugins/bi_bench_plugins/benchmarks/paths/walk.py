"""The voice of both wordings: which places a solution names, planted errors included."""

from __future__ import annotations

from bi_bench.api import Quantity, ReasoningGraph, Voice
from bi_bench.api.expression import Expression, Number, evaluate
from bi_bench.api.speech import Said


class WalkVoice(Voice):
    """Names places by their numbers.

    A value that is not a place's own, planted on purpose, is told as an edge from another place: the
    one that the value would be right for.
    """

    def __init__(self, graph: ReasoningGraph) -> None:
        self._graph = graph
        self._names = {quantity.value: quantity.name for quantity in graph.quantities}
        self._next: Number = 0  # the value that the edge being told leads to

    def name(self, number: Number) -> str:
        """The place with a number."""
        return self._names[number % len(self._names)]

    def before(self, quantity: Quantity, said: Said) -> str:
        """The place that the solution is at when it takes the edge to another one."""
        self._next = evaluate(quantity.equation, said.values, self._graph.modulus)
        return self.name(said.values[quantity.parents[0]])

    def detour(self, quantity: Quantity, value: Number) -> str | None:
        """The place that a value planted in this step claims the edge to come from."""
        if value == self._next:
            return None
        return self.name(value - quantity.value + self._graph[quantity.parents[0]].value)

    def subgoal(self, expression: Expression) -> str:
        """None: an edge is a single addition; raises TypeError."""
        raise TypeError("an edge has no intermediate results")

    def path(self, goal: Quantity, value: Number) -> list[str]:
        """The places from the start to the goal, moved on by what a stated value is off."""
        found = [goal]
        while parents := found[-1].parents:
            found.append(self._graph[parents[0]])
        return [self.name(place.value + value - goal.value) for place in reversed(found)]
