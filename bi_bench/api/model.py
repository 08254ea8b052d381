"""The base-model hook: which causal language model a cell starts from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from bi_bench.api.plugin import Plugin


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where weights and tokenizer come from: a local ``folder``, or a hub id with its revision.

    ``identity`` enters the content key: a digest of the weights for a folder; for the hub the
    commit, or "unresolved" as long as no revision is fixed.
    """

    identity: str
    folder: Path | None = None
    hub_id: str | None = None
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """Rough speed on one CPU thread, for estimates: answers generated and trained on, per second."""

    generated: float
    trained: float


class BaseModel(Plugin, ABC):
    """A causal language model in transformers' format, before any training by bi_bench."""

    @abstractmethod
    def source(self) -> ModelSource:
        """Where the model is; must need no network and no torch."""

    def pace(self) -> Pace | None:
        """How fast it is, if known."""
        return None
