"""A model of a kind of its own, in memory: what stages ask of one that is not causal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api.decoding import Completion, Decoding


class Learned(NamedTuple):
    """What supervised fine-tuning reports: its log, a row an update, and the tokens learnt from."""

    log: Sequence[Mapping[str, float]]
    tokens: int


class LoadedModel(ABC):
    """A model that :meth:`LanguageModel.load` made: it answers, learns and saves itself.

    Prompts and completions are texts; tokens are its own affair. Stages seed Python, numpy and torch
    before they load it.
    """

    @abstractmethod
    def sample(
        self,
        prompts: Sequence[str],
        decoding: Decoding,
        *,
        group: int,
        seed: int,
        on_done: Callable[[int], None],
    ) -> Sequence[Completion]:
        """``group`` completions for each prompt, all of the first prompt first.

        ``seed`` starts the random numbers, so that two checkpoints share their noise; an answer should
        not depend on the prompts around it. ``on_done(n)`` may be called after ``n`` completions.
        """

    @abstractmethod
    def fine_tune(
        self,
        prompts: Sequence[str],
        completions: Sequence[str],
        settings: Mapping[str, Any],
        *,
        updates: int | None,
        seed: int,
        on_step: Callable[[int, int], None],
    ) -> Learned:
        """Supervised fine-tuning in place.

        ``settings`` are the keys of ``defaults.sft``; ``updates``, where it is given, counts instead of
        its ``epochs``. ``on_step(step, total)`` may be called after each update.
        """

    @abstractmethod
    def logprobs(self, prompts: Sequence[str], completions: Sequence[str]) -> Sequence[float]:
        """The natural logarithm of the probability of each completion after its prompt.

        An estimate where the kind has none in closed form; its docstring should say which.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write all that :meth:`LanguageModel.load` reads into a folder that exists; no pickles."""
