"""DyVal arithmetic: values computed from values along a random tree or DAG, in two wordings."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bi_bench.api import Split
from bi_bench_plugins.benchmarks.dyval import natural, parse_natural
from bi_bench_plugins.benchmarks.dyval.parameters import DyValParameters
from bi_bench_plugins.benchmarks.dyval.problems import Sketch, sketches
from bi_bench_plugins.benchmarks.shared.tier import EMBEDDED, Tier
from bi_bench_plugins.benchmarks.shared.worded import WordedGraphs

__all__ = ["DyValArithmetic", "DyValParameters"]

_NATURAL_TOKENS = 2560  # BRIDGE's response length
_LEAF = 7  # tokens of "recall a 6 ; a 6 ;"
_CLOSING = 5  # tokens of "</think> <answer> 4 </answer>" and the end

NATURAL = Tier(
    natural.stated,
    natural.question,
    natural.PROMPT_END,
    natural.NaturalVoice,
    parse_natural.parse_steps,
    parse_natural.parse_answer,
)
TIERS = {"natural": NATURAL, "embedded": EMBEDDED}


class DyValArithmetic(WordedGraphs[DyValParameters]):
    """Arithmetic over a random tree or DAG (DyVal, PromptBench), real, integer or modular.

    The natural tier words it in English, the embedded tier in one-letter names for tiny models.
    Every solution passes the step verifier; answers count with a relative error below 1e-4 where
    division or roots occur. All quantities are needed: what DyVal calls random descriptions,
    missing ones and cycles are not drawn.
    """

    name = "dyval-arithmetic"
    paper = "arXiv:2309.17167"
    version = 2

    def __init__(self, params: DyValParameters | None = None) -> None:
        super().__init__(params)
        self.tier = TIERS[self.params.tier]

    @property
    def max_new_tokens(self) -> int:
        """Room for the longest solution of the tier with everything injected."""
        if self.params.tier == "natural":
            return _NATURAL_TOKENS
        quantities, most = self.params.largest_tree, self.params.children + self.params.extra_links
        # Computation with intermediate results, premise said again, attempt, return.
        computed = (3 * most + 5) + (most + 1) * (most - 2) + (2 * most + 3) + (most + 4) + 3
        if quantities > self.params.names:
            tokens = self.params.names * computed
        else:
            operations = (quantities - 1) // self.params.children
            tokens = operations * computed + (quantities - operations) * _LEAF
        return min(_NATURAL_TOKENS, tokens + _CLOSING)

    def sketches(self, split: Split, rng: random.Random) -> Iterator[Sketch | None]:
        """Draws with as many levels as the parameters want for the split."""
        return sketches(self.params.depth_of(split), self.params, rng)
