"""The embedded wording: one-letter names, an edge as two of them, one space between tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bi_bench.api import Quantity, ReasoningGraph
from bi_bench.api.expression import Expression, Number
from bi_bench.api.speech import Said
from bi_bench_plugins.benchmarks.paths.claims import Claim
from bi_bench_plugins.benchmarks.paths.walk import WalkVoice
from bi_bench_plugins.benchmarks.shared.embedded import filler
from bi_bench_plugins.benchmarks.shared.final import Final, every, final
from bi_bench_plugins.benchmarks.shared.parse_embedded import is_name, segments

_ANSWER = re.compile(r"<answer>([a-zA-Z\s]*)</answer>")


def question(graph: ReasoningGraph, premises: Sequence[Quantity]) -> str:
    """``a b . c d . ? a b``: the edges in the given order, then the start and the goal."""
    edges = [f"{quantity.parents[0]} {quantity.name} ." for quantity in premises]
    start = next(q.name for q in graph.needed if not q.parents)
    return " ".join([*edges, f"? {start} {graph.target}"])


class EmbeddedVoice(WalkVoice):
    """Solutions such as ``a ; a b ; b c ; </think> <answer> a b c </answer>``."""

    line_end = " "

    def read(self, quantity: Quantity, value: Number, said: Said) -> str:
        """``a ;``."""
        wrong = "" if value == quantity.value else f"{self.name(value)} "
        return f"{wrong}{quantity.name} ;"

    def compute(self, quantity: Quantity, numeric: Expression, said: Said) -> str:
        """``a``."""
        return self.before(quantity, said)

    def result(self, quantity: Quantity, value: Number) -> str:
        """``b ;``."""
        detour = self.detour(quantity, value)
        return f"{quantity.name} ;" if detour is None else f"{detour} {quantity.name} ;"

    def attempt(self, quantity: Quantity, missing: Sequence[str], said: Said) -> str:
        """``try c need b ;``."""
        return f"try {quantity.name} need {' '.join(missing)} ;"

    def back(self, quantity: Quantity) -> str:
        """``back c ;``."""
        return f"back {quantity.name} ;"

    def restate(self, quantity: Quantity) -> str:
        """``recall b c ;``, or ``recall a ;`` of the start."""
        return f"recall {' '.join([*quantity.parents, quantity.name])} ;"

    def filler(self, quantity: Quantity, words: int) -> str:
        """``so so so ;``: a word of the vocabulary that nothing else uses."""
        return filler(words)

    def closing(self, quantity: Quantity, value: Number) -> str:
        """``</think> <answer> a b c </answer>``."""
        return f"</think> <answer> {' '.join(self.path(quantity, value))} </answer>"


def parse_answer(text: str) -> Final[tuple[str, ...]]:
    """The names in the last ``<answer> ... </answer>``, if no other ones contradict them."""
    return final(text, [each for each in every(_ANSWER, text, _names) if each.answer])


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split()) if all(map(is_name, text.split())) else ()


def parse_claims(text: str) -> Iterator[Claim]:
    """The steps before ``</think>``; segments that are none are left out.

    Of three names the last two are the edge: the first is where a planted error was made.
    """
    for words, start, end in segments(text):
        match words:
            case ["try", place, "need", *missing] if all(map(is_name, [place, *missing])):
                yield Claim("attempt", place, start, end, missing=tuple(missing))
            case ["back", place] if is_name(place):
                yield Claim("return", place, start, end)
            case ["recall", place] if is_name(place):
                yield Claim("restate", place, start, end)
            case ["recall", before, place] if is_name(before) and is_name(place):
                yield Claim("restate", place, start, end, before)
            case [place] if is_name(place):
                yield Claim("way", place, start, end)
            case [*rest, before, place] if len(rest) < 2 and all(map(is_name, words)):
                yield Claim("way", place, start, end, before)
