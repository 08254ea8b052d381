"""iGSM: synthetic grade-school problems over a hierarchy of things, in two wordings."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import islice

from bi_bench.api import (
    SPLITS,
    Benchmark,
    Grade,
    Plan,
    Problem,
    Solution,
    Split,
    Stated,
    base_plan,
    needed_steps_right,
    speak,
)
from bi_bench.api.graph import ReasoningGraph
from bi_bench.api.plugin import Parameters
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.igsm.problems import accepted
from bi_bench_plugins.benchmarks.igsm.tiers import TIERS

__all__ = ["IGSM", "IGSMParameters"]

_EMBEDDED_TOKENS_PER_OPERATION = 40
_NATURAL_TOKENS = 2560  # BRIDGE's response length


class IGSM(Benchmark):
    """Synthetic grade-school problems over a hierarchy of things (iGSM), integer or modular.

    The generator is that of iGSM (Physics of Language Models 2.1) in the variant of BRIDGE; the
    natural tier words it in English, the embedded tier in one-letter names for tiny models.
    """

    name = "igsm"
    version = 1
    Params = IGSMParameters

    def __init__(self, params: Parameters | None = None) -> None:
        super().__init__(params)
        self.tier = TIERS[self.params.tier]

    @property
    def max_new_tokens(self) -> int:
        """Room for the longest solution of the tier with everything injected."""
        if self.params.tier == "natural":
            return _NATURAL_TOKENS
        hardest: int = max(self.params.ops_of(split)[1] for split in SPLITS)
        return min(_NATURAL_TOKENS, _EMBEDDED_TOKENS_PER_OPERATION * hardest)

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` problems; fewer where the split has no more structures of this difficulty."""
        found = accepted(split, self.params, self.tier.names, rng)
        for index, (graph, operations, structure) in enumerate(islice(found, n)):
            yield Problem(
                id=f"igsm-{self.params.tier}/{split}/{index:06d}",
                question=self.tier.question(graph, self.tier.stated(graph)),
                answer=str(graph[graph.target].value),
                graph=graph,
                cluster=structure,
                metadata={"ops": operations},
            )

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The question and what opens the reasoning."""
        question = problem.question
        if premise_order is not None:
            premises = self.tier.stated(_graph(problem))
            if sorted(premise_order) != list(range(len(premises))):
                raise ValueError(
                    f"premise_order is no permutation of {len(premises)} premises: {premise_order}"
                )
            reordered = [premises[index] for index in premise_order]
            question = self.tier.question(_graph(problem), reordered)
        return question + self.tier.prompt_end

    def premises(self, problem: Problem) -> int:
        """The equations that the question states; what is asked always comes last."""
        return len(self.tier.stated(_graph(problem)))

    def plan(self, problem: Problem, rng: random.Random) -> Plan:
        """Every needed quantity once, in the order that the parameters name."""
        return base_plan(_graph(problem), self.params.order, rng)

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        """The plan in the words of the tier."""
        graph = _graph(problem)
        return speak(graph, plan, self.tier.voice(graph, wording))

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """The steps that a text states."""
        return self.tier.steps(text)

    def grade(self, problem: Problem, completion: str) -> Grade:
        """Right if the last answer is the number; the derivation counts every needed step too."""
        answer = self.tier.answer(completion)
        if answer is None:
            return Grade(correct=False, parsed=False, derivation=False)
        correct = answer == int(problem.answer)
        steps = self.steps(problem, completion) if correct else []
        derivation = correct and needed_steps_right(_graph(problem), steps)
        return Grade(correct, True, str(answer), derivation)


def _graph(problem: Problem) -> ReasoningGraph:
    if problem.graph is None:
        raise TypeError(f"problem {problem.id} has lost its graph")
    return problem.graph
