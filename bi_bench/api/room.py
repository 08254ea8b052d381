"""The room: what a trainer works with, and an algorithm between two steps."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, Protocol

from bi_bench.api.problem import Grade, Problem
from bi_bench.api.rollout import Rollout
from bi_bench.api.verify import StepVerdict


class Room(Protocol):
    """Problems, a model to train in place, and what is done with both.

    Seeds, micro batches, precision, counting of tokens and the budget are looked after inside.
    ``problems`` are those of the RL split; rollouts name them by index. ``rng``: a random stream of this
    phase. ``model`` and ``tokenizer``: the loaded pair of transformers, for what the methods do not
    cover.
    """

    @property
    def problems(self) -> Sequence[Problem]:
        """The problems of the RL split."""

    @property
    def rng(self) -> random.Random:
        """A random stream of this phase."""

    @property
    def model(self) -> Any:
        """The model that is trained, of transformers."""

    @property
    def tokenizer(self) -> Any:
        """Its tokenizer, of transformers."""

    def choose(self, n: int) -> list[int]:
        """Indices of the next ``n`` problems: the algorithm's choice, else every problem in turn."""

    def rollouts(
        self,
        indices: Sequence[int],
        group: int,
        *,
        temperature: float | None = None,
        max_new_tokens: int | None = None,
    ) -> list[Rollout]:
        """``group`` completions for each problem, in order; decoding is the suite's unless given."""

    def grades(self, rollouts: Sequence[Rollout]) -> list[Grade]:
        """The benchmark's verdict on each."""

    def rewards(self, rollouts: Sequence[Rollout]) -> list[float]:
        """What each earns: the weighted sum of the phase's rewards."""

    def verdicts(self, rollout: Rollout) -> list[StepVerdict]:
        """The step verifier's verdict on each step that the text states; none without a graph."""

    def demonstration(self, index: int) -> str | None:
        """A solution of a problem: that of the arm's strategy where the algorithm needs
        "demonstrations", else the plain one; None where there is none."""

    def policy_update(
        self,
        rollouts: Sequence[Rollout],
        advantages: Sequence[float] | Sequence[Sequence[float]],
        *,
        learning_rate: float,
        clip: float | None = None,
        per_sequence: bool = True,
        weight_decay: float = 0.0,
        max_grad_norm: float = 1.0,
    ) -> dict[str, float]:
        """One update by the policy gradient; returns "loss" and "grad_norm".

        ``advantages``: one number a rollout, or one for each of its tokens. ``clip`` bounds the
        importance ratio to the rollouts' own log-probabilities as in PPO; None: no ratio.
        ``per_sequence`` averages over the tokens of each completion first, else over all tokens.
        """

    def imitate(
        self,
        pairs: Sequence[tuple[int, str]],
        weights: Sequence[float] | None = None,
        *,
        learning_rate: float,
        weight_decay: float = 0.0,
        max_grad_norm: float = 1.0,
    ) -> dict[str, float]:
        """One supervised update on (problem, completion) pairs, by an optimizer of its own.

        Cross entropy, the mean over all tokens of the completions, each pair by its weight; returns
        "loss" and "grad_norm". The history counts them for each step as "imitated".
        """

    def step(self, **log: float) -> bool:
        """Ends a step: keeps numbers for the history, reports progress, saves due checkpoints.

        True where the phase is over: its steps are done or its budget is spent.
        """
