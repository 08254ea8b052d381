"""Reads parts of a stage's identity as dataclasses: fields are checked, none is looked up by hand."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter

Part = TypeVar("Part")


def parse(kind: type[Part], given: object) -> Part:
    """A mapping of JSON values as the dataclass ``kind``; lists become tuples, other keys are ignored.

    pydantic's ValidationError for a field that is missing or has another type.
    """
    return TypeAdapter(kind).validate_python(given)
