"""PP-Aug: the same question with its premises in other orders (arXiv 2505.18917)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from bi_bench.api import Decline, Draft, DraftContext, Parameters, Plan, Problem, Strategy
from bi_bench_plugins.strategies.distinct import distinct


class PremisePermutationParameters(Parameters):
    """How many demonstrations of each problem."""

    copies: Annotated[
        int, Field(ge=1, le=64, description="demonstrations a problem, the original included")
    ] = 4


class PremisePermutation(Strategy[PremisePermutationParameters]):
    """PP-Aug: the premises of the question in other random orders, the solution unchanged.

    The baseline of the BRIDGE paper (2,000 problems make 8,000 demonstrations). The first
    demonstration is the vanilla one, and no order comes twice: a question with few premises has
    fewer demonstrations, so ``copies`` times the problems minus the examples in ``summary.json``
    is how many were not possible. Declines where the benchmark cannot reorder premises.
    """

    name = "premise-permutation"
    paper = "arXiv:2505.18917"
    needs = frozenset()

    @property
    def per_problem(self) -> float:
        """As many as are asked for, where the question has so many orders."""
        return float(self.params.copies)

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> Iterable[Draft] | Decline:
        """The plain demonstration, then the same solution to the question in other orders."""
        if not context.premises:
            return Decline("the benchmark cannot put the premises of a question in another order")
        default = tuple(range(context.premises))
        orders = distinct(
            default, lambda: tuple(context.rng.sample(default, len(default))), self.params.copies
        )
        return [Draft(plan=plan, premise_order=order) for order in orders]
