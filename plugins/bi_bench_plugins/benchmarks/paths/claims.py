"""The steps of a text about a map, from the names that it states to what the verifier checks.

The value of a place is its number in the map, and an edge adds the difference of the two numbers.
So a text that claims an edge claims a value: the number of the place that it says to come from, plus
the difference that the true edge adds. It is the true value only if the edge is true.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from bi_bench.api import ReasoningGraph, Stated

_NOWHERE = -1  # the number of a place that the map does not have


class Claim(NamedTuple):
    """One step of a text by names: the ``place`` that it is about and, of an edge, the one ``before``.

    A ``way`` without a place before it says that one can begin there.
    """

    kind: Literal["way", "restate", "attempt", "return"]
    place: str
    start: int
    end: int
    before: str | None = None
    missing: tuple[str, ...] = ()


def stated(graph: ReasoningGraph, claims: Iterable[Claim]) -> list[Stated]:
    """The claims as steps over the quantities of a graph."""
    return [_stated(graph, claim) for claim in claims]


def _stated(graph: ReasoningGraph, claim: Claim) -> Stated:
    kind, name, start, end, before, missing = claim
    if kind == "attempt" or kind == "return":
        return Stated(kind, name, start, end, missing=missing)
    number = _number(graph, before or name)
    if kind == "restate":
        equation = number if before is None else ("+", before, _added(graph, name))
        return Stated(kind, name, start, end, (equation,))
    if before is None or name not in graph.by_name or not graph[name].parents:
        # An edge to a place that has none is a wrong beginning.
        return Stated("read", name, start, end, (number,))
    value = (number + _added(graph, name)) % len(graph.quantities)
    chain = (("+", before, _added(graph, name)), value if before in graph.by_name else _NOWHERE)
    return Stated("compute", name, start, end, chain)


def _added(graph: ReasoningGraph, name: str) -> int:
    parents = graph[name].parents if name in graph.by_name else ()
    return _number(graph, name) - _number(graph, parents[0]) if parents else 0


def _number(graph: ReasoningGraph, name: str) -> int:
    place = graph.by_name.get(name)
    return _NOWHERE if place is None else int(place.value)
