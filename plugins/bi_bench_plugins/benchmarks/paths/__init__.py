"""Paths: which way leads from the start to the goal of a map with several arms, in two wordings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bi_bench.api import (
    Grade,
    Plan,
    Problem,
    Quantity,
    ReasoningGraph,
    Split,
    Stated,
    base_plan,
    verify,
)
from bi_bench_plugins.benchmarks.paths import embedded, natural
from bi_bench_plugins.benchmarks.paths.claims import Claim, stated
from bi_bench_plugins.benchmarks.paths.names import NAMES
from bi_bench_plugins.benchmarks.paths.parameters import PathsParameters, splits_like
from bi_bench_plugins.benchmarks.paths.problems import Sketch, sketches
from bi_bench_plugins.benchmarks.shared.embedded import PROMPT_END
from bi_bench_plugins.benchmarks.shared.final import Final
from bi_bench_plugins.benchmarks.shared.tier import Wording
from bi_bench_plugins.benchmarks.shared.worded import Worded, graph_of

__all__ = ["Paths", "PathsParameters"]

_NATURAL_TOKENS = 2560  # as the other benchmarks with a natural tier
_EMBEDDED_TOKENS = 15  # of a place: tried, returned to, restated, reached


class _Reader(NamedTuple):
    claims: Callable[[str], Iterable[Claim]]
    answer: Callable[[str], Final[tuple[str, ...]]]


def _edges(graph: ReasoningGraph) -> tuple[Quantity, ...]:
    return tuple(quantity for quantity in graph.quantities if quantity.parents)


_WORDINGS = {
    "natural": Wording(_edges, natural.question, natural.PROMPT_END, natural.NaturalVoice),
    "embedded": Wording(
        _edges,
        embedded.question,
        PROMPT_END,
        lambda graph, wording: embedded.EmbeddedVoice(graph),
    ),
}
_READERS = {
    "natural": _Reader(natural.parse_claims, natural.parse_answer),
    "embedded": _Reader(embedded.parse_claims, embedded.parse_answer),
}


class Paths(Worded[PathsParameters]):
    """The way from the start to the goal of a map whose arms all look alike (star graphs).

    Only one arm ends at the goal, and nothing at the first turn tells which: whoever names it at once
    guesses, whoever walks the arms finds it. Places are quantities, edges are premises, wrong arms,
    branches and distractors are redundant. Source: arXiv 2403.06963.
    """

    name = "paths"

    def __init__(self, params: PathsParameters | None = None) -> None:
        super().__init__(params)
        self.tier = _WORDINGS[self.params.tier]
        self._reader = _READERS[self.params.tier]

    @property
    def max_new_tokens(self) -> int:
        """Room for the longest solution of the tier with everything injected."""
        if self.params.tier == "natural":
            return _NATURAL_TOKENS
        answer = self.params.longest + 5  # its places, the tags, the end
        return min(_NATURAL_TOKENS, _EMBEDDED_TOKENS * self.params.most_places + answer)

    def sketches(self, split: Split, rng: random.Random) -> Iterator[Sketch | None]:
        """Maps with arms as long as the parameters want for the split."""
        shape = self.params.shape_of(split)
        return sketches(shape, splits_like(split), NAMES[self.params.tier], rng)

    def answer(self, graph: ReasoningGraph) -> str:
        """The places of the path, separated by blanks."""
        return " ".join(_path(graph))

    def plan(self, problem: Problem, rng: random.Random) -> Plan:
        """The start, then the edges of the path: their only order."""
        return base_plan(graph_of(problem), "topological", rng)

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """The steps that a text states, in the numbers of the graph."""
        return stated(graph_of(problem), self._reader.claims(text))

    def grade(self, problem: Problem, completion: str) -> Grade:
        """Right if the answer is the whole path.

        The derivation is right if the text also walks it: the start and every edge of the path are
        stated, and no step, on the path or off it, is one that the map does not have.
        """
        graph = graph_of(problem)
        answer, contradictory = self._reader.answer(completion)
        if answer is None:
            return Grade(False, False, derivation=False, contradictory=contradictory)
        if list(answer) != _path(graph):
            return Grade(False, True, " ".join(answer), derivation=False)
        walked = [
            v for v in verify(graph, self.steps(problem, completion)) if v.step.value is not None
        ]
        true = all(verdict.right for verdict in walked)
        whole = {verdict.step.quantity for verdict in walked} >= {q.name for q in graph.needed}
        return Grade(
            correct=True,
            parsed=True,
            answer=" ".join(answer),
            derivation=true and whole,
            unrecognised=true and not whole,
        )


def _path(graph: ReasoningGraph) -> list[str]:
    return [place.name for place in sorted(graph.needed, key=lambda place: place.value)]
