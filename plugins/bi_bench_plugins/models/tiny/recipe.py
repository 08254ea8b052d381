"""The pretraining data of the tiny model: easy problems and drills, no injected behaviour.

Four kinds of document, drawn by weight:

- problems: iGSM embedded graphs of up to three operations; up to four of their quantities are asked
  for one after the other, each with its plain solution in random solvable order (the loss covers
  the solutions alone);
- arithmetic: single operations modulo 7 (the loss covers the results alone);
- look-up: a list of names with values, then some of them again in another order;
- copy: random tokens of the whole vocabulary, then the same again, so that no token is new to the
  model later.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

from bi_bench.api import Benchmark, Problem, ReasoningGraph, base_plan, stream
from bi_bench_plugins.models.tiny.vocabulary import BOS, EOS, NAMES, RESERVED, SPACE, tokens

MODULUS = 7
STEPS = 4  # quantities in the longest solution, those that are only read included
QUESTIONS = 4
Part = tuple[list[str], bool]  # tokens, and whether the loss covers them
Kind = Callable[[random.Random], list[Part]]


def documents(benchmark: Benchmark, seed: int, pool: int = 60_000) -> Iterator[list[Part]]:
    """An endless stream of documents; ``pool`` problems of the pretrain split are reused."""
    problems = list(benchmark.problems("pretrain", pool, stream(seed, "tiny", "problems")))
    rng = stream(seed, "tiny", "documents")

    def problem(rng: random.Random) -> list[Part]:
        return solved(benchmark, rng.choice(problems), rng)

    kinds: list[Kind] = [problem, arithmetic, look_up, copy]
    while True:
        parts = rng.choices(kinds, weights=(14, 2, 2, 1))[0](rng)
        yield [([BOS], False), *parts, ([EOS], True)]


def solved(benchmark: Benchmark, problem: Problem, rng: random.Random) -> list[Part]:
    """The premises of a problem, then questions about some of its quantities with solutions."""
    if problem.graph is None:
        raise TypeError(f"benchmark {benchmark.name} has no graphs to speak about")
    premises, _, _ = benchmark.ask(problem).rpartition(" ? ")
    parts: list[Part] = [(words(premises), False)]
    lengths = {name: len(_ancestors(problem.graph, name)) for name in problem.graph.by_name}
    easy = {name: length for name, length in lengths.items() if length <= STEPS}
    # A weighted draw without replacement: the longer a solution, the likelier it is asked for.
    drawn = sorted(easy, key=lambda name: rng.random() ** (1 / easy[name] ** 2), reverse=True)
    for target in drawn[:QUESTIONS]:
        graph = _asked_for(problem.graph, target)
        plan = base_plan(graph, "topological", rng)
        solution = benchmark.speak(replace(problem, graph=graph), plan, wording=problem.id)
        parts += [(words(f"? {target} <think>"), False), (words(solution.text), True)]
    return parts


def _asked_for(graph: ReasoningGraph, target: str) -> ReasoningGraph:
    needed = _ancestors(graph, target)
    quantities = (replace(q, needed=q.name in needed) for q in graph.quantities)
    return replace(graph, quantities=tuple(quantities), target=target)


def _ancestors(graph: ReasoningGraph, name: str) -> set[str]:
    """The quantity and all it depends on."""
    found = {name}
    for parent in graph[name].parents:
        found |= _ancestors(graph, parent)
    return found


def arithmetic(rng: random.Random) -> list[Part]:
    """A dozen single operations with their results."""
    parts: list[Part] = []
    for _ in range(12):
        a, b, sign = rng.randrange(MODULUS), rng.randrange(MODULUS), rng.choice("+-*")
        result = {"+": a + b, "-": a - b, "*": a * b}[sign] % MODULUS
        parts += [
            (words(f"{a} {sign} {b} ="), False),
            (words(str(result)), True),
            (words(";"), False),
        ]
    return parts


def look_up(rng: random.Random) -> list[Part]:
    """Names with values in one order, then some of them in another."""
    names = rng.sample(NAMES, rng.randint(4, 24))
    values = {name: rng.randrange(MODULUS) for name in names}
    parts: list[Part] = [(words(f"{name} {values[name]} ."), False) for name in names]
    for name in rng.sample(names, min(len(names), 10)):
        parts += [(words(name), False), (words(f"{values[name]} ;"), True)]
    return parts


def copy(rng: random.Random) -> list[Part]:
    """Random tokens, reserved ones and bytes included, twice."""
    body = [*rng.choices(tokens()[3:], k=rng.randint(4, 16)), rng.choice(RESERVED)]
    return [(body, False), (body, True)]


def words(text: str) -> list[str]:
    """The tokens of a text that consists of words of the vocabulary."""
    return [SPACE + word for word in text.split()]
