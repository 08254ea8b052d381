"""What the tiny model is pretrained on: easy problems and drills, no injected behaviour.

Four kinds of document, drawn by weight:

- problems: iGSM embedded at one or two operations with their plain solution in random solvable
  order (the loss covers the solution alone);
- arithmetic: single operations modulo 11 (the loss covers the results alone);
- look-up: a list of names with values, then some of them again in another order;
- copy: random tokens of the whole vocabulary, then the same again, so that no token is new to the
  model later.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from bi_bench.api import Benchmark, Problem, stream
from bi_bench_plugins.models.tiny.vocabulary import BOS, EOS, NAMES, RESERVED, SPACE, tokens

MODULUS = 11
Part = tuple[list[str], bool]  # tokens, and whether the loss covers them
Kind = Callable[[random.Random], list[Part]]


def documents(benchmark: Benchmark, seed: int, pool: int = 40_000) -> Iterator[list[Part]]:
    """An endless stream of documents; ``pool`` problems of the pretrain split are reused."""
    problems = list(benchmark.problems("pretrain", pool, stream(seed, "tiny", "problems")))
    rng = stream(seed, "tiny", "documents")

    def problem(rng: random.Random) -> list[Part]:
        return solved(benchmark, rng.choice(problems), rng)

    kinds: list[Kind] = [problem, arithmetic, look_up, copy]
    while True:
        parts = rng.choices(kinds, weights=(6, 1, 2, 1))[0](rng)
        yield [([BOS], False), *parts, ([EOS], True)]


def solved(benchmark: Benchmark, problem: Problem, rng: random.Random) -> list[Part]:
    """A problem and its plain solution."""
    plan = benchmark.plan(problem, rng)
    if plan is None:
        raise TypeError(f"benchmark {benchmark.name} has no graphs to speak about")
    solution = benchmark.speak(problem, plan, wording=problem.id)
    return [(words(benchmark.ask(problem)), False), (words(solution.text), True)]


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
