"""Rules for benchmarks: problems, splits, grades, and with a graph the words of every kind of step."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from bi_bench.api import (
    SPLITS,
    Benchmark,
    Decline,
    Draft,
    DraftContext,
    Plan,
    Problem,
    Split,
    Strategy,
)
from bi_bench.api.benchmark import PROVIDED
from bi_bench.api.boundary import calling
from bi_bench.stages.draw import draw
from bi_bench.stages.grading import asked, graded
from bi_bench.stages.verified import verified
from bi_bench.testing.case import Case, Fault, Rules
from bi_bench.testing.injection import inject

PROBLEMS, SEED = 8, 1
TEXTS = (
    "",
    " ",
    "7",
    "-1.5e9",
    "=",
    "\\boxed{",
    "<answer> </answer>",
    "answer",
    "\0\ud7ff\u2028",
    "9" * 999,
)


class _Everything(Strategy):
    """Steps of every kind."""

    name = "everything"

    def drafts(
        self, problem: Problem, plan: Plan | None, context: DraftContext
    ) -> list[Draft] | Decline:
        """The plain plan, and one with injected steps."""
        if plan is None or problem.graph is None:
            return Decline("no graph")
        return [Draft(plan=plan), Draft(plan=inject(problem.graph, plan, context.rng))]


def _draw(benchmark: Benchmark, split: Split, seed: int) -> list[Problem]:
    return draw(benchmark, split, PROBLEMS, random.Random(seed))


_kept = lru_cache(maxsize=len(SPLITS))(_draw)  # several rules look at the same problems


def _drawn(case: Case[Benchmark], split: Split) -> list[Problem]:
    return _kept(case.plugin, split, SEED)


def provides(case: Case[Benchmark]) -> Iterator[Fault]:
    """It provides what plugins may need, has known splits and room for an answer."""
    plugin = case.plugin
    if unknown := sorted(plugin.provides - PROVIDED):
        yield Fault(f'unknown in provides: "{unknown[0]}"', f"provides: of {sorted(PROVIDED)}")
    if odd := [split for split in plugin.splits if split not in SPLITS]:
        yield Fault(f'unknown split "{odd[0]}"', f"splits: of {', '.join(SPLITS)}")
    length = plugin.max_new_tokens
    if type(length) is not int or length < 1:
        yield Fault(
            f"max_new_tokens is {length!r}", "return a positive integer", case.at("max_new_tokens")
        )


def problems(case: Case[Benchmark]) -> Iterator[Fault]:
    """Each split has problems whose own solutions are graded right, the same for the same numbers."""
    for split in case.plugin.splits:
        found = _drawn(case, split)
        case.made.extend(f"{problem.id} {problem.to_json()}" for problem in found)
        if found != _draw(case.plugin, split, SEED):
            yield Fault(
                f'split "{split}": the same random numbers give other problems',
                "take randomness from rng alone",
                case.at("problems"),
            )
        if "solution" in case.plugin.provides and any(p.solution is None for p in found):
            yield Fault(
                f'split "{split}": a problem has no solution, which provides promises',
                "give every Problem a solution",
                case.at("problems"),
            )


def splits(case: Case[Benchmark]) -> Iterator[Fault]:
    """No problem is in two splits: no question, and if it is procedural no structure of a graph."""
    home: dict[str, Split] = {}
    for split in case.plugin.splits:
        for problem in _drawn(case, split):
            graph = problem.graph if case.plugin.procedural else None
            key = problem.digest if graph is None else graph.structure_hash()
            if (other := home.setdefault(key, split)) != split:
                what = "the question" if graph is None else "the structure"
                yield Fault(
                    f'{what} of {problem.id} is in the split "{other}" too',
                    "let a property of a problem decide its split",
                    case.at("problems"),
                )
                return


def prompts(case: Case[Benchmark]) -> Iterator[Fault]:
    """ask() gives a prompt; the premises in their own order change nothing."""
    for problem in _trained(case):
        prompt = asked(case.plugin, problem)
        case.made.append(prompt)
        with calling("premises()", case.plugin.premises):
            count = case.plugin.premises(problem)
        if count and asked(case.plugin, problem, range(count)) != prompt:
            yield Fault(
                f"problem {problem.id}: premise_order = 0, 1, 2 ... is another prompt than none",
                "take premise_order as indices into the default order",
                case.at("ask"),
            )
            return


def grades(case: Case[Benchmark]) -> Iterator[Fault]:
    """grade() accepts any text, and only the right answer is right."""
    some = _trained(case)
    for text in TEXTS:
        grade = graded(case.plugin, some[0], text)
        case.made.append(f"{text!r} {grade}")
        if grade.correct and text.strip() != some[0].answer:
            yield Fault(
                f"the text {text[:20]!r} is graded as right",
                "find the answer first",
                case.at("grade"),
            )
    for one, other in pairwise(some):
        if other.solution is None or one.answer == other.answer:
            continue
        if graded(case.plugin, one, other.solution).correct:
            yield Fault(
                f'problem {one.id}: the solution of another, with the answer "{other.answer:.40}", is '
                f'graded as right (right is "{one.answer:.40}")',
                "compare with problem.answer",
                case.at("grade"),
            )
            return


def words(case: Case[Benchmark]) -> Iterator[Fault]:
    """Plans with steps of every kind are spoken, read back and graded without a loss."""
    strategy = _Everything()
    if "graph" not in case.plugin.provides:
        return
    solved = 0
    for problem in _trained(case):
        made = verified(case.plugin, strategy, problem, SEED)
        if isinstance(made, Decline):
            continue
        solved += 1
        case.made.extend(solution.text for _, solution, _ in made)
        grade = graded(case.plugin, problem, made[-1].solution.text)
        if "derivation" in case.plugin.provides and not grade.derivation:
            yield Fault(
                f"problem {problem.id}: every step is right, and Grade.derivation is {grade.derivation}",
                "set it with needed_steps_right",
                case.at("grade"),
            )
            return
    if not solved:
        yield Fault("no problem has a graph", "give Problem a graph, or change provides")


def again(case: Case[Benchmark]) -> Iterator[Fault]:
    """Other random numbers give other problems if it is procedural."""
    if case.plugin.procedural:
        split = case.plugin.splits[0]
        other = _draw(case.plugin, split, SEED + 1)
        if {p.digest for p in other} == {p.digest for p in _drawn(case, split)}:
            yield Fault(
                "procedural is True, and other random numbers give the same problems",
                "draw problems from rng",
                case.at("problems"),
            )


def _trained(case: Case[Benchmark]) -> Sequence[Problem]:
    if case.plugin.evaluates_itself:
        return ()
    split: Split = "sft" if "sft" in case.plugin.splits else case.plugin.splits[0]
    return _drawn(case, split)


RULES: Rules = {
    "provides": provides,
    "problems": problems,
    "splits": splits,
    "prompts": prompts,
    "grades": grades,
    "words": words,
    "procedural": again,
}
