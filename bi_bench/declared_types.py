"""Compares plugins with the annotations and signatures of their base class.

The base class alone says of which type an attribute or a returned value is; nothing here knows a kind.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, ClassVar, get_args, get_origin, get_type_hints

import pydantic
from pydantic_core import PydanticUndefined

from bi_bench.api import Plugin

_STRICT = pydantic.ConfigDict(strict=True, arbitrary_types_allowed=True)


def check_attributes(cls: type[Plugin], base: type[Plugin]) -> None:
    """TypeError for a class attribute of another type than the base class says; properties wait."""
    for name, wanted in _class_variables(base).items():
        value = inspect.getattr_static(cls, name, None)
        if hasattr(cls, name) and not isinstance(value, property):
            check_type(f"{cls.__name__}.{name}", getattr(cls, name), wanted)


def check_methods(cls: type[Plugin], base: type[Plugin]) -> None:
    """TypeError for a method that cannot be called as the base class is."""
    for name, method in _functions(base):
        own = getattr(cls, name)
        if not callable(own):
            raise TypeError(f"{cls.__name__}.{name} must be a method, not {own!r:.80}")
        # Of the class: the first argument is self, but not of a classmethod.
        taken = [p.name for p in inspect.signature(method).parameters.values()]
        try:
            inspect.signature(own).bind(*taken)
        except TypeError as error:
            given = ", ".join(taken)
            raise TypeError(
                f"{cls.__name__}.{name} cannot be called as {name}({given}): {error}"
            ) from None


def check_defaults(parameters: type[pydantic.BaseModel]) -> None:
    """TypeError for a default of another type than its field, which pydantic lets pass."""
    for name, field in parameters.model_fields.items():
        if field.default is not PydanticUndefined:
            check_type(f"the default of parameter {name}", field.default, field.annotation)


def check_object(plugin: Plugin, base: type[Plugin]) -> None:
    """TypeError for a property of another type than the base class says; what it raises passes."""
    for name, wanted in _class_variables(base).items():
        if isinstance(inspect.getattr_static(type(plugin), name, None), property):
            check_type(f"{type(plugin).__name__}.{name}", getattr(plugin, name), wanted)
    for name, member in _members(base):
        if isinstance(member, property):
            wanted = get_type_hints(member.fget)["return"]
            check_type(f"{type(plugin).__name__}.{name}", getattr(plugin, name), wanted)


def check_returned(method: Callable[..., object], value: object, base: type[Plugin]) -> None:
    """TypeError for a value that a bound method of a plugin may not return, by its base class."""
    name = getattr(method, "__name__", "")
    if declared := dict(_functions(base)).get(name):
        check_type(f"the result of {name}()", value, get_type_hints(declared)["return"])


def check_type(what: str, value: object, wanted: Any) -> None:
    """TypeError for a value that is not of the type of an annotation; nothing is converted."""
    try:
        _adapter(wanted).validate_python(value)
    except pydantic.ValidationError:
        shown = re.sub(r"\b\w+\.", "", inspect.formatannotation(wanted))
        raise TypeError(f"{what} must be {shown}, not {value!r:.80}") from None


@cache
def _adapter(wanted: Any) -> pydantic.TypeAdapter[Any]:
    try:
        return pydantic.TypeAdapter(wanted, config=_STRICT)
    except pydantic.PydanticUserError:  # a model has its own configuration
        return pydantic.TypeAdapter(wanted)


def _class_variables(base: type[Plugin]) -> dict[str, Any]:
    return {
        name: get_args(hint)[0]
        for name, hint in get_type_hints(base).items()
        if get_origin(hint) is ClassVar
    }


def _members(base: type[Plugin]) -> Iterator[tuple[str, object]]:
    """The public members that the base classes declare, each once."""
    for name in dir(base):
        if not name.startswith("_"):
            yield name, inspect.getattr_static(base, name)


def _functions(base: type[Plugin]) -> Iterator[tuple[str, Callable[..., object]]]:
    for name, member in _members(base):
        if isinstance(member, classmethod) or inspect.isfunction(member):
            yield name, getattr(base, name)
