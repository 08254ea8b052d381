"""A stage: one pure function from folders to a folder, named by the content of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bi_bench.api.digest import digest_json
from bi_bench.api.engine import Resources
from bi_bench.api.identity import Identity, Json, StageKind


@dataclass(frozen=True)
class Stage:
    """One node of the stage graph.

    ``identity`` holds everything that decides the result (plain JSON), and nothing else; the
    ``key`` is its hash. ``parents`` maps a role ("base", "problems", ...) to the key of the stage
    whose folder is read. ``label`` is for people. ``plugin_files`` are suite-local plugin files to
    load in the worker (their digests, not their paths, are in the identity); ``unkeyed`` holds
    parameters that the worker needs and that decide nothing, by role, e.g. a path. ``estimate`` is the
    expected duration in seconds where it is known, ``limit`` the seconds after which an engine ends it;
    like all but the identity they are not in the key.
    """

    kind: StageKind
    identity: Identity
    parents: Mapping[str, str]
    label: str
    resources: Resources = field(default_factory=Resources)
    plugin_files: tuple[str, ...] = ()
    unkeyed: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    estimate: float | None = None
    limit: float | None = None
    key: str = field(default="")

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", content_key(self.identity))

    @property
    def threads(self) -> int:
        """CPU threads of each of its processes."""
        return self.identity["numerics"]["threads"] if "numerics" in self.identity else 1

    def to_json(self) -> dict[str, Json]:
        """Plain JSON types; :meth:`from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Stage:
        """The inverse of :meth:`to_json`."""
        resources = Resources(**data["resources"])
        return cls(**{**data, "resources": resources, "plugin_files": tuple(data["plugin_files"])})


def content_key(identity: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON of an identity, as 64 hexadecimal digits."""
    return digest_json(identity)
