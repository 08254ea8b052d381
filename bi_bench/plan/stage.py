"""A stage: one pure function from folders to a folder, named by the content of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from bi_bench.api.digest import digest_json

StageKind = Literal[
    "base", "problems", "augment", "sft", "probe", "rft", "evaluate", "overlap", "analyse"
]
STAGE_KINDS: tuple[StageKind, ...] = get_args(StageKind)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a stage needs while it runs: CPU threads and GPUs."""

    cpus: int = 1
    gpus: int = 0


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
    identity: Mapping[str, Any]
    parents: Mapping[str, str]
    label: str
    resources: Resources = Resources()
    plugin_files: tuple[str, ...] = ()
    unkeyed: Mapping[str, Any] = field(default_factory=dict)
    estimate: float | None = None
    limit: float | None = None
    key: str = field(default="")

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", content_key(self.identity))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; :meth:`from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Stage:
        """The inverse of :meth:`to_json`."""
        resources = Resources(**data["resources"])
        return cls(**{**data, "resources": resources, "plugin_files": tuple(data["plugin_files"])})


def content_key(identity: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of an identity, as 64 hexadecimal digits."""
    return digest_json(identity)
