"""Checks what a plugin module declares: its API version, its hooks, the attributes of its classes."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import bi_bench
from bi_bench.api import API, Plugin, UserError, did_you_mean
from bi_bench.declared_types import check_attributes, check_defaults, check_methods


def check_api(source: bytes) -> None:
    """UserError if the source of a plugin says ``requires_api`` with more than :data:`API`.

    Read and not run: a module that needs a newer API may fail at its first import.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return  # whoever imports it is told
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="requires_api")], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id="requires_api"), value=value):
                pass
            case _:
                continue
        wanted = value.value if isinstance(value, ast.Constant) else None
        if type(wanted) is not int or wanted < 1:
            raise UserError(
                f"requires_api must be an integer written out, like requires_api = {API}"
            )
        if wanted > API:
            raise UserError(
                f"it needs version {wanted} of the plugin API, and this bi_bench "
                f"{bi_bench.__version__} has {API}; pip install --upgrade bi-bench"
            )


def check_hooks(module: object, hooks: Collection[str]) -> None:
    """UserError for a hook of an unknown name, one without its decorator, and where there is none."""
    found = False
    for name in dir(module):
        member = getattr(module, name, None)
        options = getattr(member, "bi_bench_impl", None)  # what hookimpl leaves
        if not isinstance(options, dict):
            if name in hooks and callable(member):
                raise UserError(f"{name} is no hook yet; write @hookimpl above it")
            continue
        found = True
        hook = options.get("specname") or name
        if hook not in hooks and not options.get("optionalhook"):
            # Compared without the prefix, which makes all of them alike.
            short = [known.removeprefix("bi_bench_") for known in hooks]
            hint = did_you_mean(hook.removeprefix("bi_bench_"), short).replace(' "', ' "bi_bench_')
            raise UserError(f'unknown hook "{hook}"{hint or "."} Hooks: {", ".join(hooks)}')
        if callable(member) and (taken := inspect.signature(member).parameters):
            raise UserError(f"{name} is called without arguments; remove {', '.join(taken)}")
    if not found:
        raise UserError(
            f"it has no hook, so it provides no plugin; write @hookimpl and one of {', '.join(hooks)}"
        )


def check_class(cls: Any, base: type[Plugin], kind: str) -> None:
    """TypeError for what is no plugin class of this kind, or breaks what its base class declares."""
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise TypeError(
            f"bi_bench_{kind} must yield classes derived from {base.__name__}, not {cls!r}"
        )
    if not isinstance(getattr(cls, "name", None), str) or not cls.name:
        raise TypeError(f'{cls.__name__} has no name; add name = "..." to the class')
    if not re.fullmatch(r"\w[\w.+-]*", cls.name):
        raise TypeError(
            f'the name "{cls.name}" may have letters, digits, "-", "_", "+" and "." alone'
        )
    check_attributes(cls, base)
    check_methods(cls, base)
    check_defaults(cls.Params)
    if taken := {"name", "label"} & cls.Params.model_fields.keys():
        raise TypeError(
            f"a parameter must not be called {' or '.join(sorted(taken))}: an entry of a suite has it already"
        )
    for name, path in data_files(cls).items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise TypeError(
                f'{cls.__name__}.data_files: "{name}" must be below the file\'s own folder'
            )
        if not path.exists():
            raise TypeError(f'{cls.__name__}.data_files: "{name}" not found in {path.parent}')
    own = _own_names(cls, base)
    if missing := sorted(getattr(cls, "__abstractmethods__", ())):
        lacks = f"{cls.__name__} lacks {', '.join(missing)}"
        raise TypeError(lacks + did_you_mean(missing[0], own).replace("mean", "write"))
    for name in own:
        # An optional method under another name would never be called.
        close = difflib.get_close_matches(name, _names(base), n=1, cutoff=0.85)
        if close and name != close[0].removesuffix("s"):  # one problem beside all problems
            raise TypeError(
                f'{cls.__name__}.{name} is nothing of {base.__name__}; did you mean "{close[0]}"? Names '
                "of your own begin with _"
            )


def _own_names(cls: type[Plugin], base: type[Plugin]) -> list[str]:
    """Public names of a class and of those that it derives from, without those of the base class."""
    mine = {name for each in cls.__mro__ if not issubclass(base, each) for name in vars(each)}
    return sorted(name for name in mine - _names(base) if not name.startswith("_"))


def _names(base: type[Plugin]) -> set[str]:
    """Public names of a base class, with those that are only declared."""
    declared = {name for each in base.__mro__ for name in inspect.get_annotations(each)}
    return {name for name in {*dir(base), *declared} if not name.startswith("_")}


def data_files(cls: type[Plugin]) -> dict[str, Path]:
    """The declared files, by name, next to the file of the class that declares them."""
    owner = next(each for each in cls.__mro__ if "data_files" in vars(each))
    return {name: Path(inspect.getfile(owner)).parent / name for name in cls.data_files}
