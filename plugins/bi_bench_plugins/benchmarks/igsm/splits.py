"""Which split owns a problem structure, so that no two splits ever share one.

Upstream iGSM separates training from test in the same way, by a hash of the solution template.
"""

from __future__ import annotations

from bi_bench.api import Split

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


def owner(structure_hash: str) -> Split:
    """The split that a structure belongs to, given ``ReasoningGraph.structure_hash()``."""
    place = int(structure_hash, 16) % 100
    for split, share in SHARES.items():
        if place < share:
            return split
        place -= share
    raise AssertionError("the shares add up to less than 100")
