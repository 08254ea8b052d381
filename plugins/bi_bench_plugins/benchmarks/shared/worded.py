"""The base classes of benchmarks with graphs in several wordings, whatever draws the problems."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, TypeVar

import pydantic

from bi_bench.api import (
    Benchmark,
    Grade,
    Parameters,
    Plan,
    Problem,
    ReasoningGraph,
    Solution,
    Split,
    Stated,
    base_plan,
    needed_steps,
    speak,
)
from bi_bench.api.expression import number_text
from bi_bench.api.graph import Order
from bi_bench_plugins.benchmarks.shared.splits import Sketch, owned
from bi_bench_plugins.benchmarks.shared.tier import Tier, Wording


class TierParameters(Parameters):
    """The wording."""

    tier: Literal["natural", "embedded"] = pydantic.Field(
        default="natural",
        description='"natural" asks in English sentences, "embedded" in one-letter names',
    )


class WordedParameters(TierParameters):
    """The wording, and the order of plain solutions."""

    order: Order = pydantic.Field(
        default="topological", description="order of the steps in the plain solution"
    )


T = TypeVar("T", bound=TierParameters, covariant=True)
W = TypeVar("W", bound=WordedParameters, covariant=True)


class Worded(Benchmark[T]):
    """Problems with a graph, put into the words of ``tier``."""

    provides = frozenset({"graph", "derivation"})
    procedural = True
    tier: Wording

    @abstractmethod
    def sketches(self, split: Split, rng: random.Random) -> Iterator[Sketch | None]:
        """An endless stream of draws as difficult as the split is to be; None: a failed one."""

    @abstractmethod
    def answer(self, graph: ReasoningGraph) -> str:
        """The reference answer."""

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` problems; fewer where the split has no more structures of this difficulty."""
        found = islice(owned(split, self.sketches(split, rng), rng), n)
        for index, (graph, structure, metadata) in enumerate(found):
            yield Problem(
                id=f"{self.name}-{self.params.tier}/{split}/{index:06d}",
                question=self.tier.question(graph, self.tier.stated(graph)),
                answer=self.answer(graph),
                graph=graph,
                cluster=structure,
                metadata=metadata,
            )

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The question and what opens the reasoning."""
        question = problem.question
        if premise_order is not None:
            premises = self.tier.stated(graph_of(problem))
            if sorted(premise_order) != list(range(len(premises))):
                raise ValueError(
                    f"premise_order is no permutation of {len(premises)} premises: {premise_order}"
                )
            reordered = [premises[index] for index in premise_order]
            question = self.tier.question(graph_of(problem), reordered)
        return question + self.tier.prompt_end

    def premises(self, problem: Problem) -> int:
        """The equations that the question states; what is asked always comes last."""
        return len(self.tier.stated(graph_of(problem)))

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        """The plan in the words of the tier."""
        graph = graph_of(problem)
        return speak(graph, plan, self.tier.voice(graph, wording))


class WordedGraphs(Worded[W]):
    """Problems whose answer is the value of the target, a number."""

    tier: Tier

    def answer(self, graph: ReasoningGraph) -> str:
        """The value of the target."""
        return number_text(graph[graph.target].value)

    def plan(self, problem: Problem, rng: random.Random) -> Plan:
        """Every needed quantity once, in the order that the parameters name."""
        return base_plan(graph_of(problem), self.params.order, rng)

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """The steps that a text states."""
        return self.tier.steps(text)

    def grade(self, problem: Problem, completion: str) -> Grade:
        """Right if the final answer is the number; the derivation counts every needed step too.

        Where values are rounded, numbers count with the tolerance of the graph.
        """
        graph = graph_of(problem)
        answer, contradictory = self.tier.answer(completion)
        if answer is None:
            return Grade(False, False, derivation=False, contradictory=contradictory)
        if not graph.agrees(answer, graph[graph.target].value):
            return Grade(False, True, number_text(answer), derivation=False)
        steps = needed_steps(graph, self.steps(problem, completion))
        return Grade(
            correct=True,
            parsed=True,
            answer=number_text(answer),
            derivation=steps == "right",
            unrecognised=steps == "unrecognised",
        )


def graph_of(problem: Problem) -> ReasoningGraph:
    """The graph of a problem that was made with one; TypeError if it is gone."""
    if problem.graph is None:
        raise TypeError(f"problem {problem.id} has lost its graph")
    return problem.graph
