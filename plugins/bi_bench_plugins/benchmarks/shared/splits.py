"""Assigns problems to splits, so that no two share a structure and all are equally hard.

A structure (``ReasoningGraph.structure_hash()``) belongs to one split by its hash, as upstream iGSM
separates training from test. That alone would make splits unlike: a small world has few structures, and
the common ones fall to one split or another. So the difficulty of each problem is drawn first, from the
same distribution for all splits, and then a problem of that difficulty that the split owns.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, Protocol

from bi_bench.api import ReasoningGraph, Split

PATIENCE = 20_000  # draws without a single accepted problem before a split counts as exhausted
SEARCH = 300  # draws for one difficulty before another one is taken
MISSES = 60  # sketches of one difficulty before the split counts as having none of it
CHOICE = 3  # variants of a sketch that are the split's

# Per cent of all structures. The test owns most, since intervals rest on how many it has.
SHARES: dict[Split, int] = {
    "pretrain": 16,
    "sft": 16,
    "val": 12,
    "rl": 16,
    "probe": 8,
    "test-id": 24,
    "test-ood": 8,
}
# One of many multipliers tried: it deals the few structures of the smallest problems (iGSM of 4 to 6
# operations without redundant premises) such that each split has some of every difficulty.
_MULTIPLIER = 40179
_SIZE = 2**64
_DEALT = [split for split, share in SHARES.items() for _ in range(share)]
IN_DISTRIBUTION: frozenset[Split] = frozenset({"sft", "val", "rl", "probe", "test-id"})


class Drawn(NamedTuple):
    """A finished problem: its graph and facts about it."""

    graph: ReasoningGraph
    metadata: Mapping[str, Any]


Mine = Callable[[str], bool]  # whether a structure is the split's


class Variant(NamedTuple):
    """A problem whose structure is known: whether it passes the filters, and how it is finished."""

    structure: str
    passes: Callable[[], bool]
    finish: Callable[[], Drawn]


class Sketch(Protocol):
    """A draw whose difficulty is known, before its structure is settled."""

    @property
    def difficulty(self) -> Hashable:
        """The property whose distribution is the same in all splits."""
        ...

    def variants(self, rng: random.Random, mine: Mine) -> Iterator[Variant]:
        """Those that are the split's among some problems of this sketch at random, repeats included.

        Four of five are another split's, so nothing is made of one before ``mine`` is asked.
        """
        ...


class Candidate(NamedTuple):
    """A problem of a split: its graph, the hash of its structure, facts about it."""

    graph: ReasoningGraph
    structure: str
    metadata: Mapping[str, Any]


def owner(structure_hash: str) -> Split:
    """The split that a structure belongs to, given ``ReasoningGraph.structure_hash()``."""
    return _DEALT[(int(structure_hash, 16) * _MULTIPLIER % _SIZE >> 32) % 100]


def owned(
    split: Split, sketches: Iterable[Sketch | None], rng: random.Random
) -> Iterator[Candidate]:
    """Problems that belong to ``split``, given an endless stream of draws; None is one that failed.

    In distribution, a sketch without a variant of the split's gives way to the next one that is as
    difficult; after ``SEARCH`` draws in vain another difficulty is drawn. Ends when ``PATIENCE``
    draws in a row gave nothing.
    """

    def mine(structure: str) -> bool:
        return owner(structure) == split

    used: Counter[str] = Counter()
    met: set[Hashable] = set()  # difficulties that the split has problems of
    misses: Counter[Hashable] = Counter()
    wanted: Hashable = None
    wasted = searched = 0
    for sketch in sketches:
        wasted, searched = wasted + 1, searched + 1
        if wasted > PATIENCE:
            return
        if searched > SEARCH:
            wanted = None
        if sketch is None or wanted not in (None, sketch.difficulty):
            continue
        if sketch.difficulty not in met and misses[sketch.difficulty] > MISSES:
            wanted = None
            continue
        if wanted is None:
            wanted, searched = sketch.difficulty, 0
        passing = (each for each in sketch.variants(rng, mine) if each.passes())
        # Repeated structures tell a test nothing new: the least used of a few is taken.
        chosen = min(
            islice(passing, CHOICE), key=lambda variant: used[variant.structure], default=None
        )
        if chosen is None:
            misses[sketch.difficulty] += 1
            if split not in IN_DISTRIBUTION:
                wanted = None
            continue
        wanted, wasted = None, 0
        met.add(sketch.difficulty)
        used[chosen.structure] += 1
        drawn = chosen.finish()
        yield Candidate(drawn.graph, chosen.structure, drawn.metadata)
