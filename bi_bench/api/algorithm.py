"""The base class of algorithms: reinforcement fine-tuning (RFT) of the SFT model, declared as phases."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from bi_bench.api.model import CAUSAL
from bi_bench.api.phase import Phase
from bi_bench.api.plugin import P, Plugin
from bi_bench.api.rollout import History, Rollout
from bi_bench.api.room import Room


class Algorithm(Plugin[P], ABC):
    """A reinforcement fine-tuning recipe: phases, and what is different in them.

    Most methods differ from GRPO in what a rollout earns (a reward that a phase names), how credit is
    spread over its tokens, which problems come next, or what happens between two steps. Each of the last
    three is a method to override; the object lives for one stage, so it may keep what it needs.

    ``needs``: "demonstrations" for solutions of the RL problems by the arm's strategy
    (:meth:`~bi_bench.api.Room.demonstration`), else what the benchmark has to provide. ``kinds``: the kinds
    of models that it serves; cells with a model of another kind are skipped.
    """

    needs: ClassVar[frozenset[str]] = frozenset()
    kinds: ClassVar[frozenset[str]] = frozenset({CAUSAL})

    @abstractmethod
    def phases(self) -> Sequence[Phase]:
        """The phases in order; each starts from the weights the one before it left, or as it says."""

    def choose(self, history: History, n: int, rng: random.Random) -> Sequence[int] | None:
        """Indices of the ``n`` problems of the next step, for a curriculum; None: all in turn."""
        return None

    def credit(
        self, rollouts: Sequence[Rollout], advantages: Sequence[float], room: Room
    ) -> Sequence[Sequence[float]] | None:
        """The advantage of each token of each rollout; None: its rollout's for all of them."""
        return None

    def between(
        self, rollouts: Sequence[Rollout], rewards: Sequence[float], room: Room
    ) -> bool | None:
        """Called after each step with its rollouts and what they earned; True ends the phase."""
        return None

    def overrides(self, method: str) -> bool:
        """True where "choose", "credit" or "between" is its own."""
        return getattr(type(self), method) is not getattr(Algorithm, method)

    def warnings(self) -> Sequence[str]:
        """Lines for the reader of the plan, e.g. that two settings are the same algorithm."""
        return ()
