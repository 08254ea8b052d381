"""A strategy that tries steps before their time and comes back to them."""

from pydantic import Field

from bi_bench.api import Decline, Draft, Parameters, Plan, Step, Strategy, hookimpl


class LookAheadParameters(Parameters):
    """How often it looks ahead."""

    share: float = Field(0.5, ge=0, le=1, description="probability of a look ahead before a step")


class LookAhead(Strategy[LookAheadParameters]):
    """The step after the one that is due is attempted first, and returned to when it can be taken."""

    name = "look-ahead"

    def drafts(self, problem, plan, context):
        if len(plan.steps) < 3:
            return Decline("look-ahead needs three steps, and the solution has fewer")
        known, attempted, steps = set(), set(), []
        for step, later in zip(plan.steps, [*plan.steps[1:], None], strict=True):
            # Only what still lacks a parent is blocked; to try a step that is possible is no attempt.
            blocked = later and not known.issuperset(problem.graph[later.quantity].parents)
            if blocked and context.rng.random() < self.params.share:
                steps.append(Step("attempt", later.quantity, injected=True))
                attempted.add(later.quantity)
            if step.quantity in attempted:
                steps.append(Step("return", step.quantity, injected=True))
            steps.append(step)
            known.add(step.quantity)
        return [Draft(plan=Plan(tuple(steps)))]


@hookimpl
def bi_bench_strategies():
    return [LookAhead]
