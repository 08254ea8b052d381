"""Plain JSON as a type, and typed JSON objects that are read, checked and written in one place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import pydantic
from pydantic import JsonValue

from bi_bench.api.errors import UserError

Json = JsonValue
JsonObject = dict[str, JsonValue]


class Record(pydantic.BaseModel):
    """A JSON object with known fields; those of a newer version are kept as they are."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="allow", serialize_by_alias=True, populate_by_name=True
    )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, without the fields that were never set."""
        return self.model_dump(mode="json", exclude_unset=True)


class Artifact(Record):
    """The JSON file ``FILE`` in the folder of a stage.

    ``SCHEMA`` is raised when a reader of before would misread the file; it is written into the file, and
    a file without one is of schema 1. Size and SHA-256 of the file are in the record of its stage.
    """

    FILE: ClassVar[str]
    SCHEMA: ClassVar[int] = 1

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The one in a folder; UserError where it is missing, damaged or of a newer schema."""
        file = folder / cls.FILE
        return cls.parse(read_object(file), file)

    @classmethod
    def parse(cls, data: Mapping[str, Any], file: Path) -> Self:
        """Check what was read from ``file``."""
        schema = data.get("schema", 1)
        if schema not in range(1, cls.SCHEMA + 1):
            raise damaged(file, f"schema {schema}, this bi_bench reads {cls.SCHEMA}")
        try:
            return cls.model_validate({name: data[name] for name in data if name != "schema"})
        except pydantic.ValidationError as error:
            raise damaged(file, first_fault(error)) from None

    def write(self, folder: Path) -> None:
        """Write the file, with sorted keys: equal results are equal bytes."""
        write_plain(folder / self.FILE, {**self.to_json(), "schema": self.SCHEMA})


def read_object(file: Path) -> dict[str, Any]:
    """A JSON object that a finished stage wrote; UserError where it is missing or damaged."""
    data = read_plain(file)
    if not isinstance(data, dict):
        raise damaged(file, "not a JSON object")
    return data


def read_plain(file: Path) -> Any:
    """Any JSON value that a finished stage wrote; UserError where it is missing or damaged."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(file, str(error)) from None


def write_plain(file: Path, data: object) -> None:
    """JSON with sorted keys."""
    text = json.dumps(data, indent=1, sort_keys=True, allow_nan=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def first_fault(error: pydantic.ValidationError) -> str:
    """The first fault that pydantic found: the field, and what is wrong with it."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"no entry '{place}'" if first["type"] == "missing" else f"{place}: {first['msg']}"


def damaged(file: Path, reason: str) -> UserError:
    """The error of a file of a stage that cannot be used."""
    return UserError(f"{file}: {reason}; delete {file.parent} and run the suite again")
