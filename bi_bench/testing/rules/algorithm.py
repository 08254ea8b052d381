"""Rules for algorithms: their phases as a plan checks them, and the problems that they choose."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bi_bench.api import Algorithm, History
from bi_bench.api.boundary import calling
from bi_bench.plan.recipe import recipe_of
from bi_bench.testing.case import Case, Fault, Rules
from bi_bench.testing.rules.provided import needs_of

PROBLEMS, CHOSEN = 12, 4


def phases(case: Case[Algorithm]) -> Iterator[Fault]:
    """phases() gives phases that the plan accepts, the same ones each time."""
    recipe = recipe_of(case.entry, case.registry)
    if recipe.fault:
        yield Fault(recipe.fault, place=case.at("phases"))
        return
    case.made.extend(map(repr, recipe.phases))
    if recipe.phases != tuple(case.plugin.phases()):
        yield Fault(
            "phases() returned other phases when it was called again",
            "make them of self.params alone",
            case.at("phases"),
        )


def choose(case: Case[Algorithm]) -> Iterator[Fault]:
    """choose() gives None, or as many indices of problems as were asked for."""
    if not case.plugin.overrides("choose"):
        return
    rng = random.Random(1)
    problems = list(case.toy("toy-graph").problems("rl", PROBLEMS, rng))
    earned: dict[int, list[float]] = {}
    for step in range(4):
        history = History(problems, step, 4, earned)
        with calling(f"choose(), step {step}", case.plugin.choose):
            found = case.plugin.choose(history, CHOSEN, random.Random(step))
        case.made.append(repr(found))
        if found is None:
            found = range(CHOSEN)
        elif len(found) != CHOSEN or not all(
            type(index) is int and 0 <= index < PROBLEMS for index in found
        ):
            yield Fault(
                f"choose() returned {found!r:.60}",
                f"return n indices of history.problems, here {CHOSEN} from 0 to {PROBLEMS - 1}",
                case.at("choose"),
            )
            return
        for index in found:
            earned.setdefault(index, []).extend([1.0, float(index % 2)])


def warnings(case: Case[Algorithm]) -> Iterator[Fault]:
    """warnings() gives lines of text."""
    with calling("warnings()", case.plugin.warnings):
        found = case.plugin.warnings()
    if isinstance(found, str) or not all(isinstance(line, str) for line in found):
        yield Fault(
            f"warnings() returned {found!r:.60}", "return a list of strings", case.at("warnings")
        )


RULES: Rules = {
    "needs": needs_of(frozenset({"demonstrations"})),
    "phases": phases,
    "choose": choose,
    "warnings": warnings,
}
