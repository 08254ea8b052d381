"""The wording of the embedded tier: one-letter names, one space between tokens, values next to names.

Made for models of about a million parameters, which look a value up at once where it stands right
after its name.
"""

from __future__ import annotations

from collections.abc import Sequence

from bi_bench.api import Quantity, ReasoningGraph, Voice
from bi_bench.api.expression import Expression, Number, render
from bi_bench.api.speech import Said

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
PROMPT_END = " <think>"


def stated(graph: ReasoningGraph) -> tuple[Quantity, ...]:
    """The quantities whose equations the question states: all, letters carry no structure."""
    return graph.quantities


def question(graph: ReasoningGraph, premises: Sequence[Quantity]) -> str:
    """The premises in the given order, then the letter that is asked for."""
    return " ".join([*(f"{premise(quantity)} ." for quantity in premises), f"? {graph.target}"])


def premise(quantity: Quantity) -> str:
    """``a 6`` for a constant, ``e : a - g`` for a relation."""
    if isinstance(quantity.equation, int):
        return f"{quantity.name} {quantity.equation}"
    return f"{quantity.name} : {render(quantity.equation)}"


def filler(words: int) -> str:
    """``so so so ;``: exactly so many words that say nothing."""
    return " ".join(["so"] * (words - 1) + [";"])


class EmbeddedVoice(Voice):
    """Solutions such as ``a 6 ; e : a 6 - g 2 = e 4 ; </think> <answer> 4 </answer>``."""

    line_end = " "

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """``a 6 ;``."""
        return f"{quantity.name} {value} ;"

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``h : 3 * ( e 4 + a 6 )``."""
        equation = render(quantity.equation, lambda name: f"{name} {said.values[name]}")
        return f"{quantity.name} : {equation}"

    def subgoal(self, expression: Expression) -> str:
        """``= 3 * 10``."""
        return f"= {render(expression)}"

    def result(self, quantity: Quantity, value: Number) -> str:
        """``= h 8 ;``."""
        return f"= {quantity.name} {value} ;"

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``try h need e g ;``."""
        return f"try {quantity.name} need {' '.join(missing)} ;"

    def back(self, quantity: Quantity) -> str:
        """``back h ;``."""
        return f"back {quantity.name} ;"

    def restate(self, quantity: Quantity) -> str:
        """``recall h : 3 * ( e + a ) ;``."""
        return f"recall {premise(quantity)} ;"

    def filler(self, quantity: Quantity, words: int) -> str:
        """``so so so ;``: a word of the vocabulary that nothing else uses."""
        return filler(words)

    def remark(self, text: str) -> str:
        """The text and ``;``, which ends every sentence."""
        return f"{text} ;"

    def closing(self, quantity: Quantity, value: Number) -> str:
        """``</think> <answer> 8 </answer>``."""
        return f"</think> <answer> {value} </answer>"
