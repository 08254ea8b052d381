"""A wording of graphs as one value, so that a benchmark does not depend on which one it uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bi_bench.api import Quantity, ReasoningGraph, Stated, Voice
from bi_bench.api.expression import Number
from bi_bench_plugins.benchmarks.shared import embedded, parse_embedded
from bi_bench_plugins.benchmarks.shared.final import Final


@dataclass(frozen=True)
class Wording:
    """How questions are asked and solutions told.

    ``stated``: the quantities that are premises of a question, in its default order; ``voice``
    takes the seed of the wording.
    """

    stated: Callable[[ReasoningGraph], tuple[Quantity, ...]]
    question: Callable[[ReasoningGraph, Sequence[Quantity]], str]
    prompt_end: str
    voice: Callable[[ReasoningGraph, str], Voice]


@dataclass(frozen=True)
class Tier(Wording):
    """A wording of numbers, with how to read solutions back."""

    steps: Callable[[str], list[Stated]]
    answer: Callable[[str], Final[Number]] | Callable[[str], Final[int]]


EMBEDDED = Tier(
    embedded.stated,
    embedded.question,
    embedded.PROMPT_END,
    lambda graph, wording: embedded.EmbeddedVoice(),
    parse_embedded.parse_steps,
    parse_embedded.parse_answer,
)
