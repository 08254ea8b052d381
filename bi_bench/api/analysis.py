"""The analysis hook: read-only measurements over finished stages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bi_bench.api.plugin import Plugin


@dataclass(frozen=True, slots=True)
class AnalysisContext:
    """The folders of the stages an analysis asked for, by role ("probe", "pre/test-id" ...)."""

    folders: Mapping[str, Path]


class Analysis(Plugin, ABC):
    """Measures something on checkpoints and rollouts; never changes them.

    ``needs``: the roles whose folders it reads: "base", "augment", "sft", "probe", "rft", "pre" and
    "post" (evaluations, one folder a split, named like "pre/test-id").
    """

    needs: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def measure(self, context: AnalysisContext) -> Sequence[Mapping[str, Any]]:
        """A table: rows of plain JSON values with the same columns."""
