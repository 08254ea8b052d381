"""Calls of an algorithm's methods, and the checks of what they return."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from bi_bench.api import Algorithm, History, Rollout, Room
from bi_bench.api.boundary import calling


def chosen(
    algorithm: Algorithm, history: History, n: int, rng: random.Random
) -> Sequence[int] | None:
    """The problems of the next step by :meth:`Algorithm.choose`, None for all in turn."""
    total = len(history.problems)
    with calling(f'algorithm "{algorithm.name}", step {history.step + 1}', algorithm.choose):
        indices = algorithm.choose(history, n, rng)
        if indices is None:
            return None
        if len(indices) != n or not all(type(i) is int and 0 <= i < total for i in indices):
            raise ValueError(
                f"choose returned {indices!r:.60}, not {n} indices from 0 to {total - 1}"
            )
    return list(indices)


def credited(
    algorithm: Algorithm, rollouts: Sequence[Rollout], advantages: Sequence[float], room: Room
) -> Sequence[Sequence[float]] | None:
    """The advantages of tokens by :meth:`Algorithm.credit`, None for those of the rollouts."""
    with calling(f'algorithm "{algorithm.name}"', algorithm.credit):
        rows = algorithm.credit(rollouts, advantages, room)
        if rows is None:
            return None
        wanted, given = [len(each.ids) for each in rollouts], [len(row) for row in rows]
        if wanted != given:
            raise ValueError(
                f"credit returned rows of {given!r:.60} numbers for rollouts of {wanted!r:.60} tokens"
            )
        if not all(math.isfinite(value) for row in rows for value in row):
            raise ValueError("credit returned a number that is not finite")
    return rows
