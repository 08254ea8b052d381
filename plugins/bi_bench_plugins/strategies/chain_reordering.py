"""RC-Aug: the same solution with its steps in other orders (arXiv 2505.18917)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from bi_bench.api import Draft, DraftContext, Parameters, Plan, Problem, Strategy
from bi_bench_plugins.strategies.distinct import distinct


class ChainReorderingParameters(Parameters):
    """How many demonstrations of each problem."""

    copies: Annotated[
        int, Field(ge=1, le=64, description="demonstrations a problem, the original included")
    ] = 4


class ChainReordering(Strategy[ChainReorderingParameters]):
    """RC-Aug: the steps of the solution in other solvable orders, each in a wording of its own.

    The baseline of the BRIDGE paper (2,000 problems make 8,000 demonstrations). Orders are drawn
    step by step among the quantities that can be solved, so the target is always last. The first
    demonstration is the vanilla one, and no order comes twice: a problem with few orders has fewer
    demonstrations, so ``copies`` times the problems minus the examples in ``summary.json`` is how
    many were not possible.
    """

    name = "chain-reordering"
    paper = "arXiv:2505.18917"

    @property
    def per_problem(self) -> float:
        """As many as are asked for, where the question has so many orders."""
        return float(self.params.copies)

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """The plain demonstration, then the same steps in other orders."""
        if plan is None or problem.graph is None:
            raise TypeError("chain-reordering edits plans; the benchmark gave none")
        graph = problem.graph
        steps = {step.quantity: step for step in plan.steps}
        orders = distinct(
            tuple(steps),
            lambda: graph.solution_order("topological", context.rng),
            self.params.copies,
        )
        return [
            Draft(plan=Plan(tuple(steps[name] for name in order)), wording=number)
            for number, order in enumerate(orders)
        ]
