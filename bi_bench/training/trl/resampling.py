"""Dynamic sampling: zero-advantage groups are replaced whole by groups of new problems.

DAPO (Yu et al., arXiv 2503.14476, section 3.2) samples on until the batch is full of groups that
are neither all right nor all wrong. Here the rounds are bounded, and what is left is counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bi_bench.api import Rollout, derive_seed


@dataclass(frozen=True, slots=True)
class Group:
    """The rollouts of one problem and their rewards, in one order."""

    rollouts: tuple[Rollout, ...]
    rewards: tuple[float, ...]

    @property
    def problem(self) -> int:
        """The index of the problem."""
        return self.rollouts[0].problem

    @property
    def informative(self) -> bool:
        """True unless all rewards are equal, which makes every advantage zero."""
        return min(self.rewards) < max(self.rewards)


class Refilled(NamedTuple):
    """A batch after resampling; ``drawn`` groups were sampled anew, ``uninformative`` ones are left."""

    groups: list[Group]
    drawn: int
    uninformative: int


def refill(
    groups: Sequence[Group],
    draw: Callable[[int, Sequence[int]], Sequence[Group]],
    fresh: Callable[[int, int, Collection[int]], Sequence[int]],
    rounds: int,
) -> Refilled:
    """Replace uninformative groups in at most ``rounds`` rounds; informative ones stay as they are.

    ``fresh(round, count, seen)`` chooses at most ``count`` problems that are not among ``seen``,
    ``draw(round, problems)`` samples a group for each.
    """
    result = list(groups)
    seen = {group.problem for group in groups}
    drawn = 0
    for number in range(1, rounds + 1):
        places = [place for place, group in enumerate(result) if not group.informative]
        problems = fresh(number, len(places), seen) if places else []
        if not problems:
            break
        seen.update(problems)
        drawn += len(problems)
        # There may be fewer new problems than places: the last places keep what they have.
        for place, group in zip(places, draw(number, problems), strict=False):
            result[place] = group
    return Refilled(result, drawn, sum(not group.informative for group in result))


def choose(
    problems: int, count: int, seen: Collection[int], seed: int, *names: object
) -> list[int]:
    """``count`` of the problems that are not among ``seen``, or all of them, in a seeded order."""
    left = [index for index in range(problems) if index not in seen]
    generator = random.Random(derive_seed(seed, "resample", *names))
    return generator.sample(left, min(count, len(left)))
