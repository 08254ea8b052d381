"""The wording of the natural tier: questions in the sentence forms of iGSM, solutions line by line."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bi_bench.api import Quantity, ReasoningGraph, Voice
from bi_bench.api.expression import Expression, Number, render
from bi_bench.api.speech import Said
from bi_bench_plugins.benchmarks.igsm.english import phrase
from bi_bench_plugins.benchmarks.shared.embedded import LETTERS

PROMPT_END = "\n<think>\n"

# parse_natural.py reads each of these back.
PHRASES = {
    "opening": (
        "Let us work this out one quantity at a time.",
        "Here is the solution step by step.",
        "I go through the quantities in turn.",
    ),
    "naming": (
        "Let {letter} be the number of each {name}.",
        "Write {letter} for the number of each {name}.",
        "Call the number of each {name} {letter}.",
    ),
    "reading": (
        "The question gives {letter} = {value}.",
        "We read off {letter} = {value}.",
        "It is given that {letter} = {value}.",
    ),
    "computation": (
        "Then {letter} = {work}",
        "So {letter} = {work}",
        "This makes {letter} = {work}",
    ),
    "attempt": (
        "But {missing} {are} not known yet, so {letter} stays open.",
        "It takes {missing} to find {letter}, still to be solved, so this has to wait.",
        "Without {missing} we cannot finish {letter} now.",
    ),
    "return": (
        "Back to each {name}, already called {letter}.",
        "Now we can return to {letter}, the number of each {name}.",
        "Each {name} is due again, our {letter}.",
    ),
    "restatement": (
        "Recall that the number of each {name} equals {phrase}.",
        "We know that the number of each {name} equals {phrase}.",
        "As said, the number of each {name} equals {phrase}.",
    ),
    "answer": (
        "The answer is {value}.",
        "So the answer is {value}.",
        "This answers the question: {value}.",
    ),
}


def stated(graph: ReasoningGraph) -> tuple[Quantity, ...]:
    """The quantities whose equations the question states; abstract ones are implicit in names."""
    return tuple(quantity for quantity in graph.quantities if quantity.premise)


def question(graph: ReasoningGraph, premises: Sequence[Quantity]) -> str:
    """One premise a line in the given order, then what is asked."""
    upper, _, lower = graph.target.partition("'s ")
    return "\n".join([*map(premise, premises), f"How many {lower} does each {upper} have?"])


def premise(quantity: Quantity) -> str:
    """``The number of each A's B equals 3 times each C's D.``."""
    return f"The number of each {quantity.name} equals {phrase(quantity.equation)}."


# A sentence of each length, one word to eight; none of them is a step.
FILLER = (
    "Well.",
    "Very well.",
    "Here we are.",
    "This is a line.",
    "These words say nothing new.",
    "There is nothing to say here.",
    "A line like this one says nothing.",
    "Some words stand here and they say nothing.",
)


class NaturalVoice(Voice):
    """Solutions in lines such as ``- Let k be the number of each A's B. Then k = c + 2 = 5.``

    Letters are shuffled once a wording, phrases are drawn node by node: leaving steps out changes
    nothing about the words of the others.
    """

    line_start = "- "

    def __init__(self, graph: ReasoningGraph, wording: str) -> None:
        self.wording = wording
        names = [quantity.name for quantity in graph.quantities]
        self._rng = random.Random(f"{wording}/letters")
        letters = self._rng.sample(LETTERS, len(names))
        self.letters: Mapping[str, str] = dict(zip(names, letters, strict=True))
        self.opening = self._choose("opening", "") + "\n"

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """``Let k be the number of each A's B. The question gives k = 7.``."""
        return f"{self._say('naming', quantity)} {self._say('reading', quantity, value=value)}"

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``Let k be the number of each A's B. Then k = 2 * (c + p) = 2 * (4 + 3)``."""
        work = _compact(render(quantity.equation, self.letters.__getitem__))
        if isinstance(numeric, tuple):
            work += f" = {_compact(render(numeric))}"
        computation = self._say("computation", quantity, work=work)
        if quantity.name in said.attempted:  # it has its letter already
            return computation
        return f"{self._say('naming', quantity)} {computation}"

    def subgoal(self, expression: Expression) -> str:
        """``= 2 * 7``."""
        return f"= {_compact(render(expression))}"

    def result(self, quantity: Quantity, value: Number) -> str:
        """``= 14.``."""
        return f"= {value}."

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``Let k be the number of each A's B. But each C's D is not known yet, so ...``."""
        unsolved = " and ".join(f"each {name}" for name in missing)
        are = "is" if len(missing) == 1 else "are"
        attempt = self._say("attempt", quantity, missing=unsolved, are=are)
        return f"{self._say('naming', quantity)} {attempt}"

    def back(self, quantity: Quantity) -> str:
        """``Back to each A's B, already called k.``."""
        return self._say("return", quantity)

    def restate(self, quantity: Quantity) -> str:
        """``Recall that the number of each A's B equals 2 times each C's D.``."""
        return self._say("restatement", quantity, phrase=phrase(quantity.equation))

    def filler(self, quantity: Quantity, words: int) -> str:
        """``Some words stand here and they say nothing. Very well.``"""
        whole, rest = divmod(words, len(FILLER))
        return " ".join([FILLER[-1]] * whole + [FILLER[rest - 1]] * (rest > 0))

    def closing(self, quantity: Quantity, value: Number) -> str:
        """The answer in words, the end of the thinking, the answer in a box."""
        answer = self._choose("answer", quantity.name).format(value=value)
        return f"{answer}\n</think>\n<answer>\\boxed{{{value}}}</answer>"

    def _say(self, kind: str, quantity: Quantity, **words: object) -> str:
        template = self._choose(kind, quantity.name)
        return template.format(name=quantity.name, letter=self.letters[quantity.name], **words)

    def _choose(self, kind: str, name: str) -> str:
        self._rng.seed(f"{self.wording}/{name}/{kind}")
        return self._rng.choice(PHRASES[kind])


def _compact(text: str) -> str:
    return text.replace("( ", "(").replace(" )", ")")
