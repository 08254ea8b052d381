"""The base class of strategies: how demonstrations are made before supervised fine-tuning."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar

from bi_bench.api.plan import Plan
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.problem import Problem
from bi_bench.api.speech import Solution


@dataclass(frozen=True, slots=True)
class Draft:
    """One demonstration to make of a problem; fields that are None stay as the benchmark has them.

    ``plan``: the steps to speak. ``premise_order``: a permutation of the premises in the prompt.
    ``text``: the completion itself, for benchmarks without a graph. ``wording``: which choice of
    phrases the plan is worded in; 0 is the one that all strategies share.
    """

    plan: Plan | None = None
    premise_order: tuple[int, ...] | None = None
    text: str | None = None
    wording: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.plan, Plan | None):
            raise TypeError(f"plan of a Draft must be a Plan, not {self.plan!r:.60}")
        if not isinstance(self.text, str | None):
            raise TypeError(f"text of a Draft must be a string, not {self.text!r:.60}")


@dataclass(frozen=True, slots=True)
class Example:
    """A finished demonstration that belongs to no problem; the ``id`` is unique among them."""

    id: str
    prompt: str
    completion: str


@dataclass(frozen=True, slots=True)
class Decline:
    """The reason why a strategy cannot serve a problem.

    If it declines every problem the cell is shown as skipped with the reason; otherwise the
    declined ones are counted in the notes under the table.
    """

    reason: str


def _mute(plan: Plan) -> Solution:
    raise TypeError("no benchmark was given to turn a plan into text")


@dataclass(frozen=True, slots=True)
class DraftContext:
    """The inputs of a strategy besides the problem.

    ``rng``: its own random stream, named by the problem. ``premises``: how many premises of the
    prompt ``Draft.premise_order`` can permute, 0 for none. ``speak``: a plan in the words that a
    draft of it will have, for strategies that match lengths.
    """

    rng: random.Random
    premises: int = 0
    speak: Callable[[Plan], Solution] = _mute


class Strategy(Plugin[P], ABC):
    """An injection strategy: turns each problem of the SFT split into demonstrations.

    ``needs``: "graph" (edits plans), "solution" (edits text). A benchmark that does not provide it
    makes the cell skipped. ``faithful``: every demonstration must pass the step verifier, and its
    answer be graded as right; a control that plants errors on purpose sets False.
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

    def examples(self) -> Iterable[Example] | None:
        """Finished demonstrations, e.g. of a file; None: :meth:`drafts` is asked for each problem."""
        return None
