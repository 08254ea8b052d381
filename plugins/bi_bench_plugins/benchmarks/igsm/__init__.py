"""iGSM: synthetic grade-school problems over a hierarchy of things, in two wordings."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from bi_bench.api import SPLITS, Split
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.igsm.parse_natural import parse_first_answer
from bi_bench_plugins.benchmarks.igsm.problems import Sketch, sketches
from bi_bench_plugins.benchmarks.igsm.tiers import NAMES, TIERS
from bi_bench_plugins.benchmarks.shared.worded import WordedGraphs

__all__ = ["IGSM", "IGSMParameters"]

_EMBEDDED_TOKENS_PER_OPERATION = 40
_NATURAL_TOKENS = 2560  # BRIDGE's response length


class IGSM(WordedGraphs[IGSMParameters]):
    """Synthetic grade-school problems over a hierarchy of things (iGSM), integer or modular.

    The generator is that of iGSM (Physics of Language Models 2.1) in the variant of BRIDGE; the
    natural tier words it in English, the embedded tier in one-letter names for tiny models.
    """

    name = "igsm"
    paper = "arXiv:2407.20311"
    version = 2

    def __init__(self, params: IGSMParameters | None = None) -> None:
        super().__init__(params)
        self.tier = TIERS[self.params.tier]
        if self.params.box == "first":
            self.tier = replace(self.tier, answer=parse_first_answer)

    @property
    def max_new_tokens(self) -> int:
        """Room for the longest solution of the tier with everything injected."""
        if self.params.tier == "natural":
            return _NATURAL_TOKENS
        hardest = max(self.params.ops_of(split)[1] for split in SPLITS)
        return min(_NATURAL_TOKENS, _EMBEDDED_TOKENS_PER_OPERATION * hardest)

    def sketches(self, split: Split, rng: random.Random) -> Iterator[Sketch | None]:
        """Draws with as many operations as the parameters want for the split."""
        name = NAMES[self.params.tier]
        return sketches(self.params.ops_of(split), self.params, name, rng)
