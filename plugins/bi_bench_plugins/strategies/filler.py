"""Filler, a control: as long as BRIDGE, with neutral words in place of behaviours."""

from __future__ import annotations

from collections.abc import Iterable

from bi_bench.api import Draft, DraftContext, Plan, Problem, Solution, Step, Strategy
from bi_bench_plugins.strategies.bridge import Bridge, BridgeParameters


class Filler(Strategy[BridgeParameters]):
    """A control: neutral words in place of BRIDGE's behaviours, so that the length is the same.

    The demonstration that ``bridge`` makes with the same parameters and random numbers is spoken,
    and in front of each plain step come as many neutral words as it has more. What remains of
    its gain is not due to length. Words are counted, which are tokens in embedded wordings; in
    English a tokenizer splits formulas into more tokens than neutral words.
    """

    name = "filler"
    version = Bridge.version  # its plan decides where words go and how many

    def drafts(self, problem: Problem, plan: Plan | None, context: DraftContext) -> Iterable[Draft]:
        """One demonstration a problem: the plain plan with filler in front of its steps."""
        bridge = Bridge(self.params).inject(problem, plan, context.rng)
        plain = bridge.plain()
        long = _words(context.speak(bridge), bridge)
        short = _words(context.speak(plain), plain)
        return [Draft(plan=Plan(tuple(_filled(plain, long, short))))]


def _words(solution: Solution, plan: Plan) -> list[int]:
    """Words from the end of one plain step to the end of the next, for each plain step."""
    ends: dict[int, int] = {}
    for span in solution.spans:
        if not plan.steps[span.step].injected:
            ends[span.step] = max(span.end, ends.get(span.step, 0))
    starts = [0, *ends.values()]
    return [
        len(solution.text[start:end].split())
        for start, end in zip(starts, ends.values(), strict=False)
    ]


def _filled(plain: Plan, long: list[int], short: list[int]) -> list[Step]:
    # From the back: a step that BRIDGE says in fewer words than the plain solution (it has named
    # the quantity in an attempt) takes them from the filler for what came before.
    backwards: list[Step] = []
    owed = 0
    for step, wanted, present in reversed(list(zip(plain.steps, long, short, strict=True))):
        backwards.append(step)
        owed += wanted - present
        if owed > 0:
            backwards.append(Step("filler", step.quantity, injected=True, words=owed))
            owed = 0
    return backwards[::-1]
