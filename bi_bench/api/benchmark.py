"""The base class of benchmarks: problems, their wording, their grading."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from bi_bench.api.plan import Plan
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.problem import SPLITS, Grade, Problem, Split
from bi_bench.api.speech import Solution
from bi_bench.api.subject import Answered, Subject
from bi_bench.api.verify import Stated

# What first-party plugins ask for; a benchmark may provide more.
PROVIDED = frozenset({"graph", "solution", "derivation", "score", "semantic"})


class Benchmark(Plugin[P], ABC):
    """A source of problems that can be asked, solved in words and graded.

    ``provides`` is what strategies may rely on: "graph" (then :meth:`plan`, :meth:`speak` and
    :meth:`steps` work), "solution" (then problems carry a reference ``solution``), "derivation"
    (then :meth:`grade` tells whether the steps are right, so that they can be rewarded), "score"
    (then every grade has a ``score``, and gains and contrasts are those of partial credit), "semantic"
    (then every grade has its lenient reading, and reports show its gain too).
    ``splits`` are those that it has; one without "sft", "rl" and "probe" is for evaluation alone.
    ``procedural``: other random numbers give other problems, without limit.
    ``max_new_tokens`` is the response length that its solutions need, injected steps included.
    """

    provides: ClassVar[frozenset[str]] = frozenset({"graph"})
    splits: ClassVar[tuple[Split, ...]] = SPLITS
    procedural: ClassVar[bool] = False

    @property
    def max_new_tokens(self) -> int:
        """Response length in tokens that training and evaluation allow unless a suite sets another."""
        return 512

    @abstractmethod
    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """``n`` problems of a split; splits never share a problem structure.

        Fewer than ``n`` is an error for the caller to report, unless the benchmark is for evaluation
        alone; ``rng`` is the only randomness.
        """

    @abstractmethod
    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The prompt. ``premise_order`` permutes the premises (indices into the default order)."""

    @abstractmethod
    def grade(self, problem: Problem, completion: str) -> Grade:
        """The verdict on a model's completion; never raises, whatever the text."""

    def evaluate(self, problems: Sequence[Problem], subject: Subject) -> list[Answered] | None:
        """One greedy answer a problem, in order, where the benchmark runs the model by itself.

        None, as here: bi_bench lets the model answer :meth:`ask` and calls :meth:`grade`.
        """
        return None

    @property
    def evaluates_itself(self) -> bool:
        """True if it overrides :meth:`evaluate`: it then asks and grades by itself."""
        return type(self).evaluate is not Benchmark.evaluate

    def premises(self, problem: Problem) -> int:
        """How many premises :meth:`ask` can put in another order, 0 for none."""
        return 0

    def tally(self, split: Split) -> Mapping[str, Any]:
        """Counts that a reader of the results should know, e.g. rows that were left out and why.

        Plain JSON values; the problems stage keeps them in its summary.
        """
        return {}

    def plan(self, problem: Problem, rng: random.Random) -> Plan | None:
        """The plain solution as steps, in the benchmark's step order; None without a graph."""
        return None

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        """The words of a plan. ``wording`` seeds the choice of phrases, node by node."""
        raise TypeError(f"benchmark {self.name} has no plans to speak")

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """The steps that a text states, for the step verifier; lines that are none are left out."""
        return []
