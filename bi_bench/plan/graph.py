"""The plan of a suite: its cells, and the distinct stages that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bi_bench.api import UserError
from bi_bench.api.identity import NumericsIdentity
from bi_bench.plan.stage import Stage
from bi_bench.suite import Suite


@dataclass(frozen=True)
class CellStages:
    """A cell with the keys of its stages by role, or the reason why it is skipped.

    ``without`` are the analyses that decline the cell, by label, with their reasons; ``undecoded`` the
    decoders that cannot be evaluated in it.
    """

    axes: Mapping[str, str | int]
    stages: Mapping[str, str]
    skip: str = ""
    without: Mapping[str, str] = field(default_factory=dict)
    undecoded: Mapping[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> dict[str, str]:
        """Both, with the reasons."""
        decoders = {f"decoder {label}": reason for label, reason in self.undecoded.items()}
        return {**self.without, **decoders}


@dataclass(frozen=True)
class StageGraph:
    """Cells and distinct stages, parents before children; ``numerics`` with ``auto`` resolved."""

    suite: Suite
    cells: tuple[CellStages, ...]
    stages: tuple[Stage, ...]
    numerics: NumericsIdentity

    def stage(self, prefix: str) -> Stage:
        """The stage whose key begins with ``prefix``; UserError if none or several do."""
        matches = [stage for stage in self.stages if stage.key.startswith(prefix)]
        if len(matches) != 1:
            found = "no stage begins" if not matches else f"{len(matches)} stages begin"
            raise UserError(
                f'{self.suite.name}: {found} with "{prefix}"; `bi-bench plan --stages` lists them'
            )
        return matches[0]
