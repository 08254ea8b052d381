"""Describes a plugin for whoever writes a suite: its parameters, what it needs, an entry that loads."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from bi_bench.api.identity import Json
from bi_bench.plugins import Registered
from bi_bench.suite.schema import MatrixTable, SuiteFile

_TYPES: Mapping[type, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    NoneType: "none",
}
_BOUNDS = {
    "ge": ">=",
    "gt": ">",
    "le": "<=",
    "lt": "<",
    "min_length": "length >=",
    "pattern": "like",
}
_DECLARED = (
    "needs",
    "provides",
    "splits",
    "libraries",
    "data_files",
)  # by the classes of some kinds


class ParameterRow(NamedTuple):
    """A parameter as a suite writes it; ``default`` is TOML, "required" or "none"."""

    name: str
    type: str
    bounds: str
    default: str
    meaning: str


class PluginPage(NamedTuple):
    """Everything about a plugin that its class declares; ``facts`` are the lines above the parameters."""

    kind: str
    name: str
    about: str
    facts: Mapping[str, str]
    parameters: tuple[ParameterRow, ...]
    example: str

    def to_json(self) -> dict[str, Json]:
        """Plain JSON types."""
        rows: list[Json] = [dict(row._asdict()) for row in self.parameters]
        return {**self._asdict(), "facts": dict(self.facts), "parameters": rows}


def plugin_page(entry: Registered) -> PluginPage:
    """The page of a registered plugin."""
    cls = entry.cls
    parameters = tuple(_row(name, field) for name, field in cls.Params.model_fields.items())
    about = inspect.cleandoc(cls.__doc__ or "")
    return PluginPage(entry.kind, cls.name, about, dict(_facts(entry)), parameters, example(entry))


def example(entry: Registered) -> str:
    """TOML with an entry of the plugin, where suites have those of its kind; empty for other kinds.

    Its parameters are those whose fields give ``examples``, else two at their defaults.
    """
    fields = entry.cls.Params.model_fields
    chosen = {name: field.examples[0] for name, field in fields.items() if field.examples}
    if not chosen:
        defaults = {name: _default(field) for name, field in fields.items()}
        settable = [name for name, value in defaults.items() if value not in (None, "")]
        chosen = {name: defaults[name] for name in settable[:2]}
    table = {"name": entry.cls.name, **to_jsonable_python(chosen)}
    line = f"{entry.kind} = [{_toml(table) if chosen else json.dumps(entry.cls.name)}]"
    if entry.kind in MatrixTable.model_fields:
        return f"[matrix]\n{line}"
    return line if entry.kind in SuiteFile.model_fields else ""


def _facts(entry: Registered) -> Iterator[tuple[str, str]]:
    for name in _DECLARED:
        declared = getattr(entry.cls, name, ())
        if isinstance(declared, frozenset | tuple) and declared:
            yield name.replace("_", " "), ", ".join(map(str, sorted(declared)))
    if paper := entry.cls.paper:
        yield "paper", paper.replace("arXiv:", "https://arxiv.org/abs/")
    yield "version", str(entry.cls.version)
    yield "from", str(entry.origin)
    file, (_, line) = inspect.getsourcefile(entry.cls), inspect.getsourcelines(entry.cls)
    yield "file", f"{file}:{line}"


def _row(name: str, field: FieldInfo) -> ParameterRow:
    default = _default(field)
    shown = "required" if field.is_required() else "none" if default is None else _toml(default)
    meaning = (field.description or "").replace("\n", " ")
    return ParameterRow(name, _type(field.annotation), _bounds(field.metadata), shown, meaning)


def _default(field: FieldInfo) -> Json:
    default: Json = to_jsonable_python(
        None
        if field.is_required()
        else field.get_default(call_default_factory=True, validated_data={})
    )
    return default


def _type(annotation: object) -> str:
    """The values that a parameter takes, in words of TOML."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return f"{_type(inner[0])} {_bounds(inner[1:])}".strip()
    if origin is Literal:
        return ", ".join(map(json.dumps, inner))
    if origin in (Union, UnionType):
        return " or ".join(map(_type, inner))
    if origin is tuple and inner[-1] is Ellipsis:
        return f"array of {_type(inner[0])}"
    if origin is tuple:
        return f"[{', '.join(map(_type, inner))}]"
    if origin is dict:
        return "table" if inner[1] is Any else f"table of {_type(inner[1])}"
    return _TYPES.get(annotation, "anything") if isinstance(annotation, type) else "anything"


def _bounds(metadata: Iterable[object]) -> str:
    """The bounds that pydantic or annotated_types hold as attributes of the marks of a field."""
    return ", ".join(
        f"{sign} {bound}"
        for part in metadata
        for mark in (part.metadata if isinstance(part, FieldInfo) else (part,))
        for name, sign in _BOUNDS.items()
        if (bound := getattr(mark, name, None)) is not None
    )


def _toml(value: Json) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {_toml(each)}" for key, each in value.items() if each is not None)
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _key(key: str) -> str:
    return (
        key
        if key.replace("_", "").replace("-", "").isalnum() and key.isascii()
        else json.dumps(key)
    )
