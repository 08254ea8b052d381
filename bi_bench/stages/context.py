"""The context of a stage: its identity, its parents' folders and the folder that it fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from bi_bench.api import Plugin, Reward
from bi_bench.api.identity import Identity
from bi_bench.api.progress import Progress
from bi_bench.plugins import Registry, discover

T = TypeVar("T", bound=Plugin)
PluginRole = Literal["benchmark", "strategy", "model", "algorithm", "analysis", "decoder"]


@dataclass(frozen=True)
class StageContext:
    """The identity of a stage, the folders of its parents by role, and the folder to fill.

    ``progress(step=, total=, **numbers)`` reports how far it is.
    """

    identity: Identity
    inputs: Mapping[str, Path]
    folder: Path
    progress: Progress
    registry: Registry
    unkeyed: Mapping[str, Any]

    @classmethod
    def make(
        cls,
        stage: Mapping[str, Any],
        inputs: Mapping[str, Path],
        folder: Path,
        progress: Progress,
    ) -> StageContext:
        """Load the plugins that the stage may name."""
        registry = discover([Path(file) for file in stage["plugin_files"]])
        unkeyed = stage.get("unkeyed", {})
        return cls(stage["identity"], inputs, folder, progress, registry, unkeyed)

    @property
    def seed(self) -> int:
        """The derived seed of the stage."""
        return self.identity["seed"]

    @property
    def key(self) -> str:
        """The name of the stage's folder, without what marks it as in progress."""
        return self.folder.name.partition(".")[0]

    @property
    def tracking_folder(self) -> Path:
        """The folder of trackers, next to the stages of the store, since it is never the same twice."""
        root = self.folder.parent.parent if self.folder.parent.name == "stages" else self.folder
        return root.absolute() / "tracking"

    def plugin(self, base: type[T], role: PluginRole) -> T:
        """The plugin object that the identity describes under ``role``, as :meth:`Registry.build` does."""
        return self.registry.build(base, self.identity[role], self.unkeyed.get(role, {}))

    def part(self, base: type[T], name: str, params: Mapping[str, Any]) -> T:
        """A reward or trainer that a phase of the algorithm names, checked where the identity lists it."""
        identity = self.identity
        listed = (
            identity.get("rewards", {})
            if issubclass(base, Reward)
            else identity.get("trainers", {})
        )
        known = listed.get(name)
        if not isinstance(known, Mapping):
            known = self.registry.get(base, name).identity()
        return self.registry.build(base, {**known, "params": params})
