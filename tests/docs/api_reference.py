"""Writes docs/authors/api.md: every name that plugins may import, from annotations and docstrings."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING
from functools import cached_property
from types import NoneType
from typing import Any, ForwardRef, NamedTuple

from pluggy import HookimplMarker

from bi_bench import api
from bi_bench.api import API, Plugin

MODULES = ("text", "arithmetic")  # of bi_bench.api, whose functions plugins import from there
# Methods that are called by a sign: how it is written, and what it gives unless the docstring tells.
SPECIAL = {
    "__getitem__": ("self[name]", "The one of that name."),
    "__bool__": ("bool(self)", "Whether anything is left in it."),
}
HEAD = f"""# Reference of the plugin API

Everything that a plugin may import: the names of `bi_bench.api`, version {API}
([versions.md](versions.md)), and the functions of two of its modules. Written from the code by
`python tests/docs/renew.py`.
"""


def api_page() -> str:
    """The page as it should be."""
    classes = list(_items(inspect.isclass))
    plugins = [item for item in classes if issubclass(item[1], Plugin)]
    values = list(_items(_is_value))
    parts = [HEAD, "## Base classes of plugins\n"]
    parts += [_class(*item) for item in plugins]
    parts += ["## What plugins receive, return and use\n"]
    parts += [_class(*item) for item in classes if item not in plugins]
    parts += ["## Functions\n", *(_function(*item) for item in _items(inspect.isfunction))]
    for name in MODULES:
        module = importlib.import_module(f"bi_bench.api.{name}")
        members = inspect.getmembers(module, inspect.isfunction)
        own = [(n, f) for n, f in members if f.__module__ == module.__name__ and n[0] != "_"]
        parts += [
            f"## Module `bi_bench.api.{name}`\n\n{prose(module)}",
            *(_function(*f) for f in own),
        ]
    parts += ["## Values\n", table(("name", "value"), [(f"`{n}`", _value(v)) for n, v in values])]
    return "\n".join(part.rstrip() + "\n" for part in parts)


class Field(NamedTuple):
    """A field of a class: its type as the code has it, and its default, empty where it has none."""

    name: str
    type: str
    default: str


def fields(cls: type) -> Iterator[Field]:
    """The public fields that the class itself declares, in order."""
    for name, annotation in inspect.get_annotations(cls).items():
        if name.startswith("_"):
            continue
        # Those of a NamedTuple are wrapped.
        written = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
        inner = re.fullmatch(r"(?:ClassVar|Final)\[(.*)\]", str(written))
        yield Field(name, inner[1] if inner else str(written), _default(cls, name))


def _default(cls: type, name: str) -> str:
    declared = getattr(cls, "__dataclass_fields__", {}).get(name)
    if declared is not None and callable(declared.default_factory):
        made = declared.default_factory()
        plain = isinstance(made, list | dict | tuple)  # the text of another object has its address
        return f"`{made!r}`" if plain else f"`{type(made).__name__}()`"
    default = declared.default if declared is not None else getattr(cls, name, MISSING)
    default = getattr(cls, "_field_defaults", {}).get(name, default)
    if isinstance(default, frozenset) and default:  # its own order is another in each process
        return f"`frozenset({{{', '.join(map(repr, sorted(default)))}}})`"
    if isinstance(default, type):
        return f"`{default.__name__}`"
    plain = isinstance(default, str | int | float | tuple | frozenset | NoneType)
    return f"`{default!r}`" if plain else ""


def _is_value(item: object) -> bool:
    return not (isinstance(item, type | HookimplMarker) or inspect.isfunction(item))


def _value(item: object) -> str:
    return f"`{re.sub(r'(?:typing|bi_bench)[.](?:[a-z_]+[.])*', '', repr(item))}`".replace(
        "|", "\\|"
    )


def _items(wanted: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    for name in sorted(api.__all__):
        if wanted(item := getattr(api, name)):
            yield name, item


def _class(name: str, cls: type) -> str:
    bases = [base.__name__ for base in cls.__bases__ if base is not object]
    derived = [base for base in bases if base in api.__all__]
    about = f" (derived from {', '.join(f'`{base}`' for base in derived)})" if derived else ""
    text = f"### {name}{about}\n\n{prose(cls)}"
    if declared := [*fields(cls)]:
        rows = [(f"`{f.name}`", f"`{f.type}`".replace("|", "\\|"), f.default) for f in declared]
        text += "\n" + table(("field", "type", "default"), rows)
    if methods := [*_methods(cls)]:
        text += "\n" + table(("method", "meaning"), methods)
    return text


def _methods(cls: type) -> Iterator[tuple[str, str]]:
    declared = {field.name for field in fields(cls)}
    for name, member in vars(cls).items():
        if name in SPECIAL and inspect.isfunction(member):
            sign, meaning = SPECIAL[name]
            yield f"`{sign}`", _first(member) if member.__doc__ else meaning
        if name.startswith("_") or name in declared:
            continue
        if isinstance(member, property | cached_property):
            yield f"`{name}`", _first(member)
        elif isinstance(member, classmethod | staticmethod) or inspect.isfunction(member):
            yield f"`{name}{_signature(getattr(cls, name))}`".replace("|", "\\|"), _first(member)


def _function(name: str, function: Any) -> str:
    return f"### `{name}{_signature(function)}`\n\n{prose(function)}"


def _signature(function: Any) -> str:
    """As it is written, with annotations but without quotes and ``self``."""
    signature = inspect.signature(function)
    kept = [p for p in signature.parameters.values() if p.name != "self"]
    return str(signature.replace(parameters=kept)).replace("'", "")


def _first(item: Any) -> str:
    """The first paragraph of a docstring on one line."""
    paragraph = prose(item).split("\n\n")[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def prose(item: Any) -> str:
    """A docstring in Markdown; the examples in it are run by pytest where they are."""
    text = re.sub(r":\w+:`[~]?(?:[\w.]*\.)?(\w+)`", r"`\1`", inspect.getdoc(item) or "")
    text = re.sub(r"((?:^(?:>>>|\.\.\.) .*\n?(?:^\S.*\n?)?)+)", _fenced, text, flags=re.MULTILINE)
    return re.sub(r"(?<!`)``(?!`)", "`", text) + "\n"


def _fenced(example: re.Match[str]) -> str:
    shown = re.sub(r" +# doctest:.*", "", example[0])
    return f"```pycon\n{shown.rstrip()}\n```"


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
