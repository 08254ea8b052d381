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
    algorithm: Algorithm,
    rollouts: Sequence[Rollout],
    advantages: Sequence[float],
    room: Room,
    step: int,
) -> Sequence[Sequence[float]] | None:
    """The advantages of tokens by :meth:`Algorithm.credit`, None for those of the rollouts."""
    with calling(f'algorithm "{algorithm.name}", step {step}', algorithm.credit):
        rows = algorithm.credit(rollouts, advantages, room)
        if rows is None:
            return None
        if len(rows) != len(rollouts):
            raise ValueError(f"credit returned {len(rows)} rows for {len(rollouts)} rollouts")
        for number, (rollout, row) in enumerate(zip(rollouts, rows, strict=True)):
            if not hasattr(row, "__len__"):
                raise TypeError(
                    f"credit must return a list of numbers for each rollout; number {number} is {row!r:.40}"
                )
            if len(row) != len(rollout.ids):
                raise ValueError(
                    f"credit returned {len(row)} numbers for rollout {number}, which has "
                    f"{len(rollout.ids)} tokens"
                )
        if not all(math.isfinite(value) for row in rows for value in row):
            raise ValueError("credit returned a number that is not finite")
    return rows


def ended(
    algorithm: Algorithm,
    rollouts: Sequence[Rollout],
    rewards: Sequence[float],
    room: Room,
    step: int,
) -> bool:
    """Whether :meth:`Algorithm.between` ends the phase."""
    with calling(f'algorithm "{algorithm.name}", step {step}', algorithm.between):
        end: object = algorithm.between(rollouts, rewards, room)
        if not isinstance(end, bool | None):
            raise TypeError(
                f"between returned {end!r:.60}; return True to end the phase, else False or None"
            )
    return bool(end)
