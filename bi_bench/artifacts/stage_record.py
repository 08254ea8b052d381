"""The record of a stage, and why the last attempt at one failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import pydantic

from bi_bench.artifacts.artifact import JsonObject, Record, said
from bi_bench.artifacts.sealed import read_sealed, write_sealed

SCHEMA = 1
"""Version of ``stage.json``; a record of another version does not count as there."""

FILE = "stage.json"
_GUARDS = ("files", "digest")


class FileDigest(Record):
    """Bytes and SHA-256 of a file."""

    size: int
    sha256: str


class PluginIdentity(Record):
    """A plugin as the identity of a stage has it; a distribution with a version, or a digest, beside it."""

    name: str = "unknown"
    version: int | None = None
    params: JsonObject = pydantic.Field(default_factory=dict)


class StageRecord(Record):
    """``stage.json``, written last: the stage is there once this is.

    ``identity`` is the content that the key is the hash of; ``parents`` maps roles to keys. ``files``
    guards what else lies in the folder, and is missing in older records. ``created`` is a time of day
    in UTC, ISO 8601. A "declined" stage has a ``reason`` and no result.
    """

    schema_: int = pydantic.Field(default=SCHEMA, alias="schema")
    key: str
    kind: str
    label: str
    identity: JsonObject
    parents: dict[str, str]
    status: Literal["done", "declined"] = "done"
    reason: str | None = None
    created: str = ""
    files: dict[str, FileDigest] = pydantic.Field(default_factory=dict)

    @property
    def name(self) -> str:
        """ "sft · vanilla · tiny", for a message."""
        return f"{self.kind} · {self.label}"

    def plugin(self, role: str) -> PluginIdentity:
        """The plugin that stands under "model", "benchmark", "strategy", "algorithm" or "analysis"."""
        return PluginIdentity.model_validate(self.identity.get(role) or {})

    @property
    def device(self) -> str | None:
        """What it computed on; None where the record does not say."""
        numerics = self.identity.get("numerics")
        device = numerics.get("device") if isinstance(numerics, dict) else None
        return str(device) if device else None

    @property
    def settings(self) -> JsonObject:
        """The identity without what differs between the seeds of an arm."""
        hidden = ("seed", "parents")
        return {name: value for name, value in self.identity.items() if name not in hidden}

    @property
    def content(self) -> dict[str, Any]:
        """What it says of its stage, without what guards the files."""
        return {name: value for name, value in self.to_json().items() if name not in _GUARDS}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, the schema among them."""
        return {"schema": self.schema_, **super().to_json()}

    def write(self, folder: Path) -> None:
        """Write ``stage.json``, with a digest of its own."""
        write_sealed(folder / FILE, self.to_json())


class Found(NamedTuple):
    """A stage's record and its digest, empty in older ones; without a record, what is wrong with it."""

    record: StageRecord | None
    digest: str = ""
    problem: str = ""


def read_stage(folder: Path) -> Found:
    """The record in the folder of a stage."""
    path = folder / FILE
    names = {field.alias or name for name, field in StageRecord.model_fields.items()}
    found = read_sealed(path, names - set(_GUARDS))
    if found is None:
        return Found(None, problem="is not what was written" if path.exists() else "is gone")
    data, digest = found
    if data.get("schema") != SCHEMA:
        problem = f"is of schema {data.get('schema')}, this bi_bench reads {SCHEMA}"
        return Found(None, problem=problem)
    try:
        return Found(StageRecord.model_validate(data), digest)
    except pydantic.ValidationError as error:
        return Found(None, problem=f"is no record of a stage: {said(error)}")


class Failure(Record):
    """Why the last attempt at a stage failed; ``user``: something that the user can mend.

    ``traceback`` and ``log`` stay at home when a run is published.
    """

    type: str = ""
    message: str = ""
    traceback: str = ""
    user: bool = False
    log: str = ""

    def published(self) -> dict[str, Any]:
        """Plain JSON types, without what stays at home."""
        return self.model_dump(mode="json", exclude={"traceback", "log"})

    @property
    def said(self) -> str:
        """The message, or as much as there is of one."""
        return self.message or self.type or "no message"

    @classmethod
    def read(cls, path: Path) -> Failure | None:
        """The failure in a file; None where there is no file."""
        if found := read_sealed(path, cls.model_fields):
            return cls.model_validate(found[0])
        if not path.is_file():
            return None
        reason = f"{path.name} is not what was written, so the reason is lost"
        return cls(type="Damage", message=reason)

    def write(self, path: Path) -> None:
        """Write it, with a digest of its own."""
        write_sealed(path, self.model_dump(mode="json"))
