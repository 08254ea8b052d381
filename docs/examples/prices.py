"""A benchmark with a graph: prices that follow from each other, said as formulas and read back."""

import re

from bi_bench.api import (
    SPLITS,
    Benchmark,
    Grade,
    Problem,
    Quantity,
    ReasoningGraph,
    Stated,
    Voice,
    base_plan,
    hookimpl,
    needed_steps,
    speak,
)
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import render

STEP = re.compile(r"(read|find|try|back|recall) ([a-z]+)([^;]*);")
KINDS = {"find": "compute", "try": "attempt", "back": "return", "recall": "restate"}
NAMES = ("pen", "book", "bag", "lamp", "chair")


def drawn(rng):
    """Two prices that are given, and three that follow from others; the last is asked for."""
    found = {
        name: Quantity(name, value, value) for name in NAMES[:2] for value in [rng.randint(1, 9)]
    }
    for name in NAMES[2:]:
        one, other = (found[key] for key in rng.sample(list(found), 2))
        times = rng.randint(2, 4)
        found[name] = rng.choice(
            [
                Quantity(name, ("+", one.name, other.name), one.value + other.value),
                Quantity(name, ("*", times, one.name), times * one.value),
                Quantity(
                    name,
                    ("*", times, ("+", one.name, other.name)),
                    times * (one.value + other.value),
                ),
            ]
        )
    return ReasoningGraph(tuple(found.values()), NAMES[-1])


class Formulas(Voice):
    """A line for each step: "find bag 2 * (pen + book) = 2 * (3 + 4) = 2 * 7 = 14;"."""

    def read(self, quantity, value, said):
        return f"read {quantity.name} {value};"

    def compute(self, quantity, numeric, said):
        return f"find {quantity.name} {render(quantity.equation)} = {render(numeric)}"

    def subgoal(self, expression):
        return f"= {render(expression)}"

    def result(self, quantity, value):
        return f"= {value};"

    def attempt(self, quantity, missing, said):
        return f"try {quantity.name} {' '.join(missing)};"

    def back(self, quantity):
        return f"back {quantity.name};"

    def restate(self, quantity):
        return f"recall {quantity.name} {render(quantity.equation)};"

    def closing(self, quantity, value):
        return f"answer {value}"


class Prices(Benchmark):
    """Prices of five things, each the sum or a multiple of others."""

    name = "prices"
    provides = frozenset({"graph", "derivation"})
    procedural = True
    max_new_tokens = 200

    def problems(self, split, n, rng):
        found = 0
        while found < n:
            graph = drawn(rng)
            # The structure tells the splits apart: none is in two of them, whatever its numbers.
            if int(graph.structure_hash(), 16) % len(SPLITS) != SPLITS.index(split):
                continue
            question = self.question(graph, range(len(NAMES)))
            answer = str(graph[graph.target].value)
            yield Problem(f"prices/{split}/{found}", question, answer, graph)
            found += 1

    def question(self, graph, order):
        premises = [graph.quantities[index] for index in order]
        said = [f"{each.name} is {render(each.equation)}" for each in premises]
        return f"{', '.join(said)}. What is {graph.target}?"

    def premises(self, problem):
        return len(problem.graph.quantities)

    def ask(self, problem, premise_order=None):
        if premise_order is None:
            return f"{problem.question}\n"
        return f"{self.question(problem.graph, premise_order)}\n"

    def plan(self, problem, rng):
        return base_plan(problem.graph, "topological", rng)

    def speak(self, problem, plan, wording):
        return speak(problem.graph, plan, Formulas())

    def steps(self, problem, text):
        found = []
        for match in STEP.finditer(text):
            kind, name, rest = KINDS.get(match[1], "read"), match[2], match[3]
            if kind == "attempt":
                found.append(Stated(kind, name, *match.span(), missing=tuple(rest.split())))
                continue
            chain = [parse_expression(part) for part in rest.split("=") if part.strip()]
            if None not in chain:  # else the line says nothing that can be checked
                found.append(Stated(kind, name, *match.span(), tuple(chain)))
        return found

    def grade(self, problem, completion):
        answer = completion.rpartition("answer ")[2].strip()
        if answer != problem.answer:
            return Grade(False, answer.isdigit(), answer, derivation=False)
        found = needed_steps(problem.graph, self.steps(problem, completion))
        return Grade(
            True, True, answer, derivation=found == "right", unrecognised=found == "unrecognised"
        )


@hookimpl
def bi_bench_benchmarks():
    return [Prices]
