"""Search trace: the arms of a tree are walked in random order until one ends at the target."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from bi_bench.api import Decline, Draft, DraftContext, Plan, Problem, ReasoningGraph, Step, Strategy


class SearchTrace(Strategy):
    """Wrong arms are walked to their dead ends and left again before the path to the target goes on.

    At every fork of the path, the ways that lead on are tried in random order. A wrong one is walked
    to all its ends (depth-first); at each dead end the premise of the fork to go back to is restated,
    if there is one. The steps of the path itself stay those of the vanilla arm, in their order. After
    "Stream of Search" (arXiv 2404.03683), for graphs that are trees: where a quantity has several
    parents there are no arms to walk, and where nothing branches off there are no wrong ones. Such
    problems are declined.
    """

    name = "search-trace"

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """One demonstration a problem: the plain plan with the wrong arms in front of its steps."""
        if plan is None or problem.graph is None:
            raise TypeError("search-trace edits plans; the benchmark gave none")
        if any(len(quantity.parents) > 1 for quantity in problem.graph.quantities):
            return Decline("search-trace walks arms, and a quantity has several parents")
        children = _children(problem.graph)
        if all(len(children[step.quantity]) < 2 for step in plan.steps[:-1]):
            return Decline("search-trace walks wrong arms, and nothing branches off the solution")
        steps = _Search(problem.graph, children, context.rng).steps(plan)
        return [Draft(plan=Plan(tuple(steps)))]


def _children(graph: ReasoningGraph) -> dict[str, list[str]]:
    """What can be computed from each quantity."""
    found: dict[str, list[str]] = {quantity.name: [] for quantity in graph.quantities}
    for quantity in graph.quantities:
        for parent in quantity.parents:
            found[parent].append(quantity.name)
    return found


class _Search(NamedTuple):
    graph: ReasoningGraph
    children: Mapping[str, Sequence[str]]
    rng: random.Random

    def steps(self, plan: Plan) -> Iterator[Step]:
        """The plain steps, and at each fork the wrong arms that come up before the right one."""
        for step, after in zip_longest(plan.steps, plan.steps[1:]):
            yield step
            if after is None:
                return
            ways = self._shuffled(step.quantity)
            for wrong in ways[: ways.index(after.quantity)]:
                yield from self._walk(wrong)
                yield from self._back(step.quantity)

    def _walk(self, name: str) -> Iterator[Step]:
        """A quantity and all that follows from it."""
        yield Step("compute", name, injected=True)
        for number, child in enumerate(self._shuffled(name)):
            if number:
                yield from self._back(name)
            yield from self._walk(child)

    def _back(self, fork: str) -> Iterator[Step]:
        if self.graph[fork].premise:
            yield Step("restate", fork, injected=True)

    def _shuffled(self, name: str) -> list[str]:
        return self.rng.sample(self.children[name], len(self.children[name]))
