"""A complete benchmark with a graph in one short file: prices that follow from each other, as formulas."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence

from bi_bench.api import (
    SPLITS,
    Benchmark,
    Grade,
    Plan,
    Problem,
    Quantity,
    ReasoningGraph,
    Solution,
    Split,
    Stated,
    Voice,
    base_plan,
    hookimpl,
    needed_steps_right,
    speak,
)
from bi_bench.api.arithmetic import parse_expression
from bi_bench.api.expression import Expression, Number, render
from bi_bench.api.plan import StepKind
from bi_bench.api.speech import Said

STEP = re.compile(r"(read|find|try|back|recall) ([a-z]+)([^;]*);")
KINDS: dict[str, StepKind] = {
    "read": "read",
    "find": "compute",
    "try": "attempt",
    "back": "return",
    "recall": "restate",
}


class Formulas(Voice):
    """The words of a solution."""

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """A price that the question gives."""
        return f"read {quantity.name} {value};"

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """A price that follows from others."""
        return f"find {quantity.name} {render(quantity.equation)} = {render(numeric)}"

    def subgoal(self, expression: Expression) -> str:
        """An intermediate result."""
        return f"= {render(expression)}"

    def result(self, quantity: Quantity, value: Number) -> str:
        """The value of a computation."""
        return f"= {value};"

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """A price that cannot be computed yet."""
        return f"try {quantity.name} {' '.join(missing)};"

    def back(self, quantity: Quantity) -> str:
        """The return to a price."""
        return f"back {quantity.name};"

    def restate(self, quantity: Quantity) -> str:
        """A premise, said again."""
        return f"recall {quantity.name} {render(quantity.equation)};"

    def closing(self, quantity: Quantity, value: Number) -> str:
        """The answer."""
        return f"answer {value}"


class ToyGraph(Benchmark):
    """Prices of a pen, a book, bags and all together: a graph of four quantities."""

    name = "toy-graph"
    provides = frozenset({"graph", "derivation"})
    procedural = True

    def problems(self, split: Split, n: int, rng: random.Random) -> Iterable[Problem]:
        """How many summands the total has tells the splits apart."""
        times = SPLITS.index(split) + 1
        for index in range(n):
            pen, book = rng.randrange(1, 90), rng.randrange(1, 90)
            bag = 2 * (pen + book)
            total: Expression = ("+", ("*", 3, "pen"), *["book"] * times, "bag")
            graph = ReasoningGraph(
                (
                    Quantity("total", total, 3 * pen + times * book + bag),
                    Quantity("bag", ("*", 2, ("+", "pen", "book")), bag),
                    Quantity("pen", pen, pen),
                    Quantity("book", book, book),
                ),
                "total",
            )
            lines = [f"{each.name} = {render(each.equation)}" for each in graph.quantities]
            question = "; ".join(lines) + "; total?"
            answer = str(graph["total"].value)
            ops = {"ops": sum(len(each.parents) > 0 for each in graph.quantities)}
            name = f"toy-graph/{split}/{index}"
            yield Problem(name, question, answer, graph, metadata=ops)

    def ask(self, problem: Problem, premise_order: Sequence[int] | None = None) -> str:
        """The equations, in their order."""
        return problem.question + "\n"

    def plan(self, problem: Problem, rng: random.Random) -> Plan | None:
        """Every price that is needed, once."""
        return None if problem.graph is None else base_plan(problem.graph, "topological", rng)

    def speak(self, problem: Problem, plan: Plan, wording: str) -> Solution:
        """One choice of words."""
        assert problem.graph is not None
        return speak(problem.graph, plan, Formulas())

    def steps(self, problem: Problem, text: str) -> list[Stated]:
        """Every sentence that has the form of a step."""
        found_steps = []
        for found in STEP.finditer(text):
            kind, name, rest = KINDS[found[1]], found[2], found[3]
            if kind == "attempt":
                missing = tuple(rest.split())
                found_steps.append(Stated(kind, name, *found.span(), missing=missing))
                continue
            chain = [parse_expression(part) for part in rest.split("=") if part.strip()]
            known = tuple(part for part in chain if part is not None)
            found_steps.append(Stated(kind, name, *found.span(), known))
        return found_steps

    def grade(self, problem: Problem, completion: str) -> Grade:
        """The number behind the last "answer"; the steps decide whether it was derived."""
        answer = completion.rpartition("answer ")[2].strip()
        correct = answer == problem.answer
        if problem.graph is None:
            return Grade(correct, answer.isdigit(), answer)
        right = correct and needed_steps_right(problem.graph, self.steps(problem, completion))
        return Grade(correct, answer.isdigit(), answer, derivation=right)


@hookimpl
def bi_bench_benchmarks() -> list[type[Benchmark]]:
    """The benchmark of this file."""
    return [ToyGraph]
