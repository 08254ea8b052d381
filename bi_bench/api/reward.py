"""The base class of rewards: what a rollout earns in reinforcement fine-tuning."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bi_bench.api.errors import UserError
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.problem import Grade, Problem
from bi_bench.api.rollout import Rollout


class Reward(Plugin[P], ABC):
    """What a rollout earns. A phase of an algorithm names it.

    ``needs``: what the benchmark has to provide, such as "derivation"; a benchmark that does not makes
    the cell skipped. ``informed``: False for a control that pays the same whatever the text; reports
    compare the gains of others with its. ``rng`` is a random stream of its own, the same for all arms.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    informed: ClassVar[bool] = True
    rng: random.Random

    @abstractmethod
    def score(self, problem: Problem, rollout: Rollout, grade: Grade) -> float:
        """A finite number for one rollout; ``grade`` is the benchmark's verdict on its text.

        Called once for each rollout, in the order in which they were sampled.
        """


@dataclass(frozen=True, slots=True)
class RewardTerm:
    """A reward by name, with its parameters, as one term of a weighted sum."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0

    @classmethod
    def of(cls, written: str | Mapping[str, Any]) -> RewardTerm:
        """The term that a suite writes: a name, or a table of the name and its parameters.

        UserError for a table without a name.
        """
        if isinstance(written, str):
            return cls(written)
        params = {key: value for key, value in written.items() if key != "name"}
        if not isinstance(name := written.get("name"), str):
            raise UserError('a reward is a name or a table with one, like { name = "answer" }')
        return cls(name, params)
