"""Duplicate, a control: vanilla demonstrations repeated until they are as many tokens as BRIDGE's."""

from __future__ import annotations

from collections.abc import Iterable

from bi_bench.api import Draft, DraftContext, Plan, Problem, Solution, Strategy
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters


class Duplicate(Strategy[BridgeParameters]):
    """A control: the vanilla demonstration repeated, to train on as many words as BRIDGE does.

    Each problem has as many copies as the demonstration that ``bridge`` makes with the same
    parameters is longer; of a fraction the problem's random stream decides whether it is one more, so
    the numbers agree in expectation. What remains of BRIDGE's gain is not due to more training.
    Words of completions are counted, with one for the end (tokens in embedded wordings).
    """

    name = "duplicate"
    version = Bridge.version  # its length decides how many copies there are

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """The plain demonstration, once or more."""
        bridge = Bridge(self.params).inject(problem, plan, context.rng)
        share = _length(context.speak(bridge)) / _length(context.speak(bridge.plain()))
        copies, fraction = divmod(share, 1)
        return [Draft(plan=plan)] * (int(copies) + (context.rng.random() < fraction))


def _length(solution: Solution) -> int:
    return len(solution.text.split()) + 1
