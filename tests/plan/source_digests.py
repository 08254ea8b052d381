"""What source is below each kind of stage and each first-party plugin, with its digest.

Docstrings, comments and layout do not count: the digest is that of the syntax tree.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from bi_bench.plan.identity import IMPLEMENTATION
from bi_bench.plugins import OWN_DISTRIBUTION, discover

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("source_digests.json")
# Rooms whose code decides results; what a plugin object is loaded and checked with does not.
ROOMS = ("bi_bench.api", "bi_bench.stages", "bi_bench.training", "bi_bench_plugins")
# Declarations, messages, loading and engines: what is in them changes no number.
NOT_DECIDING = {
    "bi_bench.api.engine",
    "bi_bench.api.errors",
    "bi_bench.api.events",
    "bi_bench.api.figure",
    "bi_bench.api.hooks",
    "bi_bench.api.plugin",
    "bi_bench.api.schedule",
    "bi_bench.api.versions",
    "bi_bench.stages.context",
    "bi_bench.training.tracking",
}


def found() -> dict[str, Any]:
    """The list as the source has it now: versions by unit, digests by file, and who needs a file."""
    starts = {f"stage {kind}": f"bi_bench.stages.{kind}" for kind in IMPLEMENTATION}
    versions = {f"stage {kind}": version for kind, version in IMPLEMENTATION.items()}
    for entry in discover().found:
        # An engine is in no key: it decides where a stage runs, not how.
        if entry.origin.name == OWN_DISTRIBUTION and entry.kind != "engines":
            unit = f"{entry.kind} {entry.cls.name}"
            starts[unit], versions[unit] = entry.cls.__module__, entry.cls.version
    below = {unit: _below(start) for unit, start in starts.items()}
    modules = sorted(set().union(*below.values()))
    return {
        "versions": dict(sorted(versions.items())),
        "digests": {name: _digest(_file(name)) for name in modules},
        "units": {name: sorted(u for u in below if name in below[u]) for name in modules},
    }


def write() -> None:
    """Renew the committed list."""
    now = found()
    text = json.dumps({key: now[key] for key in ("versions", "digests")}, indent=1)
    LIST.write_text(text + "\n", encoding="utf-8")


def _below(start: str) -> frozenset[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        if (module := waiting.pop()) not in seen:
            seen.add(module)
            waiting += _imports(module)
    return frozenset(seen)


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Modules of the deciding rooms that a module imports, in functions too."""
    names: list[tuple[str, str]] = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [(node.module, alias.name) for alias in node.names]
    homes = {home for base, name in names for home in _home(base, name)}
    return tuple(sorted(homes - NOT_DECIDING))


def _home(module: str, name: str) -> Iterator[str]:
    """The module that a name comes from, looked up through the imports of a package."""
    if not f"{module}.".startswith(tuple(f"{room}." for room in ROOMS)):
        return
    if name and _file(f"{module}.{name}").is_file():
        yield f"{module}.{name}"
        return
    if name and _file(module).name == "__init__.py":
        for node in _tree(module).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    if name == (alias.asname or alias.name):
                        yield from _home(node.module, alias.name)
                        return
    yield module


def _file(module: str) -> Path:
    base = ROOT / "plugins" if module.startswith("bi_bench_plugins") else ROOT
    path = base / module.replace(".", "/")
    package = path / "__init__.py"
    return package if package.is_file() else path.with_suffix(".py")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_file(module).read_bytes())


def _digest(file: Path) -> str:
    tree = ast.parse(file.read_bytes())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            del node.body[0]
    return hashlib.sha256(repr(_plain(tree)).encode()).hexdigest()[:16]


def _plain(node: Any) -> Any:
    """A tree without places and empty fields, which differ among versions of Python."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []))
        return type(node).__name__, [(name, _plain(value)) for name, value in fields]
    return [_plain(each) for each in node] if isinstance(node, list) else node
