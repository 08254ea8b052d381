"""Which split owns a problem structure, so that no two splits ever share one.

Upstream iGSM separates training from test in the same way, by a hash of the solution template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from bi_bench.api import ReasoningGraph, Split

PATIENCE = 20_000  # draws without a single accepted problem before a split counts as exhausted

# Per cent of all structures; the larger a split usually is, the more it owns.
SHARES: dict[Split, int] = {
    "pretrain": 20,
    "sft": 20,
    "val": 8,
    "rl": 22,
    "probe": 8,
    "test-id": 11,
    "test-ood": 11,
}


class Candidate(NamedTuple):
    """A problem that a generator drew: its graph, the hash of its structure, facts about it."""

    graph: ReasoningGraph
    structure: str
    metadata: Mapping[str, Any]


def owner(structure_hash: str) -> Split:
    """The split that a structure belongs to, given ``ReasoningGraph.structure_hash()``."""
    place = int(structure_hash, 16) % 100
    for split, share in SHARES.items():
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares add up to less than 100")


def owned(split: Split, candidates: Iterable[Candidate | None]) -> Iterator[Candidate]:
    """Those whose structure belongs to ``split``; None is a draw that failed.

    Ends when ``PATIENCE`` draws in a row gave nothing.
    """
    wasted = 0
    for candidate in candidates:
        wasted += 1
        if candidate is not None and owner(candidate.structure) == split:
            wasted = 0
            yield candidate
        elif wasted >= PATIENCE:
            return
