"""The base class of strategies: how demonstrations are made before supervised fine-tuning."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from bi_bench.api.base_policy import BasePolicy, NoBasePolicy
from bi_bench.api.draft import Decline, Draft, Example
from bi_bench.api.plan import Plan
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.problem import Problem
from bi_bench.api.speech import Solution


class Speak(Protocol):
    """A plan in the words that a draft of it will have."""

    def __call__(self, plan: Plan, wording: int = 0) -> Solution:
        """With the spans of its steps; ``wording`` as in :class:`Draft`."""


class Ask(Protocol):
    """A problem as the benchmark asks it."""

    def __call__(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The prompt."""


def _no_speak(plan: Plan, wording: int = 0) -> Solution:
    raise TypeError("no problem was given whose benchmark could turn a plan into text")


def _no_ask(problem: Problem, premise_order: Sequence[int] | None = None) -> str:
    raise TypeError("no benchmark was given to ask a problem")


@dataclass(frozen=True, slots=True)
class DraftContext:
    """The inputs of a strategy besides the problem.

    ``rng``: its own random stream, named by the problem. ``premises``: how many premises of the
    prompt ``Draft.premise_order`` can permute, 0 for none. ``speak``: a plan in the words that a
    draft of it will have, to match lengths or to weigh steps. ``ask``: the prompt of a problem.
    ``base``: the base model, for a strategy that needs "base-model" or "rollouts".
    """

    rng: random.Random
    premises: int = 0
    speak: Speak = _no_speak
    ask: Ask = _no_ask
    base: BasePolicy = field(default_factory=NoBasePolicy)


class Strategy(Plugin[P], ABC):
    """An injection strategy: turns each problem of the SFT split into demonstrations.

    ``needs``: "graph" (edits plans), "solution" (edits text). A benchmark that does not provide it
    makes the cell skipped. "base-model" and "rollouts" ask for the base model of the cell, its
    log-probabilities or its samples too. ``faithful``: every demonstration must pass the step
    verifier, and its answer be graded as right; a control that plants errors on purpose sets False.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"graph"})
    faithful: ClassVar[bool] = True

    @abstractmethod
    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The demonstrations for one problem, or the reason why it has none.

        ``plan`` is the plain solution, the same for every strategy (arms are question-matched);
        None where the benchmark has no graph.
        """

    @property
    def per_problem(self) -> float:
        """Demonstrations a problem, for the estimate of how long SFT takes."""
        return 1.0

    def examples(
        self, problems: Sequence[Problem], context: DraftContext
    ) -> Iterable[Example] | None:
        """Finished demonstrations, e.g. of a file; None: :meth:`drafts` is asked for each problem.

        ``problems`` are those of the split; ``context`` is about none of them, so it has no
        ``premises`` and no ``speak``. Nothing is verified.
        """
        return None
