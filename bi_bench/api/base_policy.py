"""The base model as a strategy may use it: log-probabilities of texts, and samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bi_bench.api.problem import Problem
from bi_bench.api.subject import Answered

NEEDS = frozenset({"base-model", "rollouts"})
"""What a strategy may need that no benchmark provides: the base model of the cell, and samples of it."""


class TokenLogProb(NamedTuple):
    """The natural logarithm of a token's probability, and its characters in the completion.

    Tokens that share a character are given as one, their log-probabilities added: no two overlap, and
    none is empty. The token that ends the text has the character after the last one.
    """

    start: int
    end: int
    logprob: float


class BasePolicy(Protocol):
    """The base model of the cell, before any fine-tuning."""

    def logprobs(
        self, problem: Problem, completion: str, prompt: str | None = None
    ) -> Sequence[TokenLogProb]:
        """Each token of a completion, the one that ends it included, at temperature 1.

        After the benchmark's prompt, or another one. For strategies that need "base-model" or
        "rollouts".
        """

    def rollouts(self, problem: Problem, n: int) -> Sequence[Answered]:
        """``n`` completions, sampled and graded like the rollouts of RFT, the same at every call.

        All problems of the split are sampled at the first call: ask with the same ``n`` each time.
        For strategies that need "rollouts".
        """


class NoBasePolicy:
    """In place of the base model for strategies that do not say that they need it."""

    def logprobs(
        self, problem: Problem, completion: str, prompt: str | None = None
    ) -> Sequence[TokenLogProb]:
        """Always TypeError."""
        raise TypeError('add "base-model" to the needs of the strategy to use the base model')

    def rollouts(self, problem: Problem, n: int) -> Sequence[Answered]:
        """Always TypeError."""
        raise TypeError('add "rollouts" to the needs of the strategy to sample the base model')
