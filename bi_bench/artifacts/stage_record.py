"""The record of a stage, and the failure of the last attempt at one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import pydantic

from bi_bench.artifacts.artifact import JsonObject, Record, first_fault
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
    """A plugin as the identity of a stage has it, with a distribution and version, or with a digest."""

    name: str = "unknown"
    version: int | None = None
    params: JsonObject = pydantic.Field(default_factory=dict)


class StageRecord(Record):
    """``stage.json``, written last: the stage is there once this is.

    ``identity`` is the content that the key is the hash of; ``parents`` maps roles to keys. ``files``
    guards the other files of the folder, and is missing in older records. ``created`` is a time of day
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
        """The plugin under "model", "benchmark", "strategy", "algorithm" or "analysis"."""
        return PluginIdentity.model_validate(self.identity.get(role) or {})

    @property
    def device(self) -> str | None:
        """The device that it computed on; None where it is not recorded."""
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
        """The facts about its stage, without what guards the files."""
        return {name: value for name, value in self.to_json().items() if name not in _GUARDS}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, the schema among them."""
        return {"schema": self.schema_, **super().to_json()}

    def write(self, folder: Path) -> None:
        """Write ``stage.json``, with its digest."""
        write_sealed(folder / FILE, self.to_json())


class StoredStage(NamedTuple):
    """A stage's record and its digest, empty in older ones; without a record, what is wrong with it."""

    record: StageRecord | None
    digest: str = ""
    problem: str = ""


def read_stage(folder: Path) -> StoredStage:
    """The record in the folder of a stage."""
    path = folder / FILE
    names = {field.alias or name for name, field in StageRecord.model_fields.items()}
    found = read_sealed(path, names - set(_GUARDS))
    if found is None:
        return StoredStage(None, problem="is not what was written" if path.exists() else "is gone")
    data, digest = found
    if data.get("schema") != SCHEMA:
        problem = f"is of schema {data.get('schema')}, this bi_bench reads {SCHEMA}"
        return StoredStage(None, problem=problem)
    try:
        return StoredStage(StageRecord.model_validate(data), digest)
    except pydantic.ValidationError as error:
        return StoredStage(None, problem=f"is no record of a stage: {first_fault(error)}")


class Failure(Record):
    """The failure of the last attempt at a stage; ``user``: something that the user can mend.

    ``traceback`` and ``log`` are not published.
    """

    type: str = ""
    message: str = ""
    traceback: str = ""
    user: bool = False
    log: str = ""

    def published(self) -> dict[str, Any]:
        """Plain JSON types, without traceback and log."""
        return self.model_dump(mode="json", exclude={"traceback", "log"})

    @property
    def reason(self) -> str:
        """The message, else the type of the error."""
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
        """Write it, with its digest."""
        write_sealed(path, self.model_dump(mode="json"))
