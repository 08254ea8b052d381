"""Vanilla: the benchmark's own solutions, nothing added."""

from __future__ import annotations

from collections.abc import Iterable

from bi_bench.api import Draft, DraftContext, Plan, Problem, Strategy


class Vanilla(Strategy):
    """The plain solution of each problem, once: the arm that others are held against."""

    name = "vanilla"
    needs = frozenset()

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """The plain plan, or the reference solution where there is no graph."""
        return [Draft(plan=plan)]
