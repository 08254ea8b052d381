"""Validates tables of a suite file: errors name the file and key path and suggest a correction."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from typing import TypeVar, get_args

import pydantic
from pydantic_core import ErrorDetails

from bi_bench.api import Parameters, UserError, did_you_mean

M = TypeVar("M", bound=Parameters)
# Branches of a union as pydantic names them.
_KINDS = {
    "str": "a text",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "dict": "a table",
}


def validate(model: type[M], data: object, file: object, path: Sequence[str | int] = ()) -> M:
    """``data`` as an instance of ``model``; UserError naming file and key path otherwise."""
    if fault := _beyond(data, path):
        raise UserError(f"{file}: {fault}")
    try:
        return model.model_validate(_tuples(data))
    except pydantic.ValidationError as error:
        lines = [_explain(model, fault, path) for fault in _without_branches(error.errors())]
        raise UserError("\n".join(f"{file}: {line}" for line in lines)) from None


def _without_branches(faults: list[ErrorDetails]) -> list[ErrorDetails]:
    """The faults, one for each value that is of none of several types, in place of one for each type."""
    kept: dict[tuple[object, ...], ErrorDetails] = {}
    for fault in faults:
        *outer, last = fault["loc"] or ("",)
        kind = _KINDS.get(str(last).partition("[")[0])
        if kind is None or not fault["type"].endswith("_type"):
            kept[fault["loc"]] = fault
            continue
        place = tuple(outer)
        known = f"{kept[place]['msg']} or {kind}" if place in kept else f"must be {kind}"
        kept[place] = {**fault, "loc": place, "msg": known}
    return list(kept.values())


def key_path(path: Sequence[str | int]) -> str:
    """A path such as ``matrix.strategies[1].reflection``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _explain(model: type[Parameters], fault: ErrorDetails, path: Sequence[str | int]) -> str:
    location = list(fault["loc"])
    where = key_path([*path, *location])
    if fault["type"] == "extra_forbidden":
        allowed = list(_model_at(model, location[:-1]).model_fields)
        hint = did_you_mean(str(location[-1]), allowed)
        return (
            f"{where}: unknown key{hint or '.'} Allowed: {', '.join(allowed) or 'no keys at all'}"
        )
    if fault["type"] == "missing":
        return f"{where}: this key is missing"
    message = fault["msg"].removeprefix("Value error, ")
    given = fault["input"]
    shown = "" if isinstance(given, dict) else f" (given: {given!r})"
    hint = ""
    if fault["type"] == "literal_error" and isinstance(given, str):
        field = _model_at(model, location[:-1]).model_fields.get(str(location[-1]))
        hint = did_you_mean(given, [str(a) for a in get_args(field.annotation)] if field else [])
    return f"{where}: {message}{shown}{hint}".removeprefix(": ")


def _model_at(model: type[Parameters], location: Sequence[str | int]) -> type[pydantic.BaseModel]:
    current: type[pydantic.BaseModel] = model
    for part in location:
        field = current.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
            current = annotation
    return current


def _beyond(data: object, path: Sequence[str | int]) -> str:
    """The first value that no content key can hold, also where a model takes any value."""
    if isinstance(data, dict | list | tuple):
        parts = data.items() if isinstance(data, dict) else enumerate(data)
        return next(filter(None, (_beyond(value, (*path, key)) for key, value in parts)), "")
    if isinstance(data, float) and not math.isfinite(data):
        return f"{key_path(path)}: write a finite number (given: {data})"
    if isinstance(data, int) and not -(2**63) <= data < 2**63:
        return f"{key_path(path)}: too large; an integer of TOML has 64 bits"
    if isinstance(data, datetime.date | datetime.time):
        return f'{key_path(path)}: a date or time is no value here; write it as text, "{data}"'
    return ""


def _tuples(data: object) -> object:
    """TOML arrays as tuples, which strict models expect; tables and scalars unchanged."""
    if isinstance(data, dict):
        return {key: _tuples(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return tuple(_tuples(value) for value in data)
    return data
