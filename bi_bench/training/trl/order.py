"""The order in which trainers other than TRL's go through problems."""

from __future__ import annotations

import random
from collections.abc import Iterator

from bi_bench.api import derive_seed


def in_turn(problems: int, seed: int) -> Iterator[int]:
    """Every problem once, shuffled, then all of them again in another order."""
    epoch = 0
    while True:
        order = list(range(problems))
        random.Random(derive_seed(seed, "order", epoch)).shuffle(order)
        yield from order
        epoch += 1
