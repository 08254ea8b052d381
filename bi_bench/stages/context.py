"""What every stage function receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bi_bench.api import Plugin
from bi_bench.plugins import Registry, discover

T = TypeVar("T", bound=Plugin)


@dataclass(frozen=True)
class StageContext:
    """The identity of a stage, the folders of its parents by role, and the folder to fill.

    ``progress(step=, total=, **numbers)`` tells whoever watches how far it is.
    """

    identity: Mapping[str, Any]
    inputs: Mapping[str, Path]
    folder: Path
    progress: Callable[..., None]
    registry: Registry
    unkeyed: Mapping[str, Any]

    @classmethod
    def make(
        cls,
        stage: Mapping[str, Any],
        inputs: Mapping[str, Path],
        folder: Path,
        progress: Callable[..., None],
    ) -> StageContext:
        """Load the plugins that the stage may name."""
        registry = discover([Path(file) for file in stage["plugin_files"]])
        unkeyed = stage.get("unkeyed", {})
        return cls(stage["identity"], inputs, folder, progress, registry, unkeyed)

    @property
    def seed(self) -> int:
        """The derived seed of the stage."""
        return int(self.identity["seed"])

    def plugin(self, base: type[T], role: str) -> T:
        """The plugin object that the identity describes under ``role``, as :meth:`Registry.build` does."""
        return self.registry.build(base, self.identity[role], self.unkeyed.get(role, {}))
