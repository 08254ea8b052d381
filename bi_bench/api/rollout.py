"""Rollouts: sampled completions as rewards, algorithms and trainers read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bi_bench.api.problem import Problem

Spans = tuple[tuple[int, int], ...]


def _no_spans() -> Spans:
    raise TypeError("this rollout was made without the places of its tokens")


@dataclass(frozen=True)
class Rollout:
    """One sampled completion.

    ``problem`` is the index of its problem among those of the phase, ``text`` the completion without
    special tokens, ``ids`` its token ids with the one that ends it, ``truncated`` whether it was cut
    off at the length limit. ``logprobs``: the log-probability of each token under the model that
    sampled it.
    """

    problem: int
    text: str
    ids: tuple[int, ...]
    truncated: bool
    logprobs: tuple[float, ...] = field(default=(), repr=False)
    locate: Callable[[], Spans] = field(default=_no_spans, repr=False, compare=False)

    @cached_property
    def spans(self) -> Spans:
        """The characters of ``text`` that each token wrote, as (start, end); found on first access.

        A token that wrote no character of its own, such as the end of the text, has an empty span.
        """
        return self.locate()


@dataclass(frozen=True, slots=True)
class History:
    """The course of a phase so far, for :meth:`~bi_bench.api.Algorithm.choose`.

    ``step`` counts the rollout batches that are done, ``steps`` are those of the phase.
    ``rewards[index]`` are the rewards that rollouts of a problem earned so far, oldest first; problems
    that were not asked are missing.
    """

    problems: Sequence[Problem]
    step: int
    steps: int
    rewards: Mapping[int, Sequence[float]]
