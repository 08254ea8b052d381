"""The wording of the natural tier: one sentence a premise, solutions line by line."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bi_bench.api import Quantity, ReasoningGraph, Voice
from bi_bench.api.expression import Expression, Number, number_text, render
from bi_bench.api.plan import StepKind
from bi_bench.api.speech import Said
from bi_bench_plugins.benchmarks.dyval.english import phrase

PROMPT_END = "\n<think>\n"

OPENING = ("Let us go through the values one at a time.", "Here is the work, value by value.")
ANSWER = ("The answer is {value}.", "So the answer is {value}.", "This answers it: {value}.")
# parse_natural.py reads each of these back.
PHRASES: dict[StepKind, tuple[str, ...]] = {
    "read": (
        "The question gives {name} = {value}.",
        "We read off {name} = {value}.",
        "It is given that {name} = {value}.",
    ),
    "compute": ("Now {name} = {work}.", "Then {name} = {work}.", "This makes {name} = {work}."),
    "attempt": (
        "Let us try {name}, but {missing} must come first, so it stays open.",
        "For {name} we lack {missing}, so it has to wait.",
        "To find {name} takes {missing}, still to be solved, so we leave it.",
    ),
    "return": ("Back to {name}.", "Now we can return to {name}.", "It is time for {name} again."),
    "restate": (
        "Recall that {name} is {phrase}.",
        "We know that {name} is {phrase}.",
        "As said, {name} is {phrase}.",
    ),
}


def stated(graph: ReasoningGraph) -> tuple[Quantity, ...]:
    """The quantities whose equations the question states: all, names carry no structure."""
    return graph.quantities


def question(graph: ReasoningGraph, premises: Sequence[Quantity]) -> str:
    """One premise a line in the given order, then what is asked."""
    lines = [f"The value of {q.name} is {phrase(q.equation)}." for q in premises]
    return "\n".join([*lines, f"What is the value of {graph.target}?"])


class NaturalVoice(Voice):
    """Solutions in lines such as ``- Then bdv = xkq / ghl = 7 / 2 = 3.5.``

    Phrases are drawn quantity by quantity: leaving steps out changes nothing about the others.
    """

    line_start = "- "

    def __init__(self, graph: ReasoningGraph, wording: str) -> None:
        self.wording = wording
        self.opening = self._choose("opening", OPENING) + "\n"

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """``We read off bdv = 7.``."""
        return self._say("read", quantity, value=number_text(value))

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``Then bdv = xkq / ghl = 7 / 2``."""
        work = f"{_compact(quantity.equation)} = {_compact(numeric)}"
        return self._say("compute", quantity, work=work).removesuffix(".")

    def subgoal(self, expression: Expression) -> str:
        """``= 3.5 * 4``."""
        return f"= {_compact(expression)}"

    def result(self, quantity: Quantity, value: Number) -> str:
        """``= 14.``."""
        return f"= {number_text(value)}."

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``For bdv we lack xkq and ghl, so it has to wait.``."""
        return self._say("attempt", quantity, missing=" and ".join(missing))

    def back(self, quantity: Quantity) -> str:
        """``Back to bdv.``."""
        return self._say("return", quantity)

    def restate(self, quantity: Quantity) -> str:
        """``Recall that bdv is xkq divided by ghl.``."""
        return self._say("restate", quantity, phrase=phrase(quantity.equation))

    def closing(self, quantity: Quantity, value: Number) -> str:
        """The answer in words, the end of the thinking, the answer in a box."""
        number = number_text(value)
        answer = self._choose("answer", ANSWER).format(value=number)
        return f"{answer}\n</think>\n<answer>\\boxed{{{number}}}</answer>"

    def _say(self, kind: StepKind, quantity: Quantity, **words: str) -> str:
        template = self._choose(f"{quantity.name}/{kind}", PHRASES[kind])
        return template.format(name=quantity.name, **words)

    def _choose(self, what: str, phrases: Sequence[str]) -> str:
        return random.Random(f"{self.wording}/{what}").choice(phrases)


def _compact(expression: Expression) -> str:
    return render(expression).replace("( ", "(").replace(" )", ")")
