"""The strategy hook: what is done to the demonstrations before supervised fine-tuning."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from bi_bench.api.plan import Plan
from bi_bench.api.plugin import Plugin
from bi_bench.api.problem import Problem


@dataclass(frozen=True, slots=True)
class Draft:
    """One demonstration to make of a problem; what is None stays as the benchmark has it.

    ``plan``: the steps to speak. ``premise_order``: a permutation of the premises in the prompt.
    ``text``: the completion itself, for benchmarks without a graph.
    """

    plan: Plan | None = None
    premise_order: tuple[int, ...] | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Decline:
    """A strategy cannot serve this problem, and says why.

    If it declines every problem the cell is shown as skipped with the reason; otherwise the
    declined ones are counted in the notes under the table.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class DraftContext:
    """What a strategy may use besides the problem: its own random stream, named by the problem."""

    rng: random.Random


class Strategy(Plugin, ABC):
    """An injection strategy: turns each problem of the SFT split into demonstrations.

    ``needs``: "graph" (edits plans), "solution" (edits text). A benchmark that does not provide it
    makes the cell skipped. ``faithful``: every demonstration must pass the step verifier; a
    control that plants errors on purpose says False.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"graph"})
    faithful: ClassVar[bool] = True

    @abstractmethod
    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The demonstrations for one problem, or why there are none.

        ``plan`` is the plain solution, the same for every strategy (arms are question-matched);
        None where the benchmark has no graph.
        """
