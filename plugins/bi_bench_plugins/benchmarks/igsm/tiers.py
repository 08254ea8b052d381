"""The two wordings behind one shape, so that the benchmark need not know which one it speaks."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from bi_bench.api import Quantity, ReasoningGraph, Stated, Voice
from bi_bench_plugins.benchmarks.igsm import embedded, names, natural, parse_embedded, parse_natural
from bi_bench_plugins.benchmarks.igsm.draw import Draw


class Tier(NamedTuple):
    """One wording: names, questions, solutions and how to read them back.

    ``stated``: the quantities that are premises of a question, in its default order; ``voice``
    takes the seed of the wording.
    """

    names: Callable[[random.Random, Draw], dict[int, str]]
    stated: Callable[[ReasoningGraph], tuple[Quantity, ...]]
    question: Callable[[ReasoningGraph, Sequence[Quantity]], str]
    prompt_end: str
    voice: Callable[[ReasoningGraph, str], Voice]
    steps: Callable[[str], list[Stated]]
    answer: Callable[[str], int | None]


TIERS: dict[Literal["natural", "embedded"], Tier] = {
    "natural": Tier(
        names.phrase_names,
        natural.stated,
        natural.question,
        natural.PROMPT_END,
        natural.NaturalVoice,
        parse_natural.parse_steps,
        parse_natural.parse_answer,
    ),
    "embedded": Tier(
        embedded.letter_names,
        embedded.stated,
        embedded.question,
        embedded.PROMPT_END,
        lambda graph, wording: embedded.EmbeddedVoice(),
        parse_embedded.parse_steps,
        parse_embedded.parse_answer,
    ),
}
