"""Source of plugins that no version stands for: what is digested is what runs.

Python takes bytecode for fresh by time and size of the source, so a quick edit of the same length would
run the old code under the new digest. Files that were read here are compiled from the bytes read.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader, all_suffixes
from pathlib import Path
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Files with their digest: ``code`` are the bytes of those in Python.

    ``names`` are the modules next to a file that it imports, with their places.
    """

    digest: str
    files: tuple[Path, ...]
    code: Mapping[Path, bytes]
    names: Mapping[str, Path]


def of_file(file: Path) -> Source:
    """A file and the modules next to it that it imports, inside functions too, and so on.

    Of a package next to it all files count. A file without such neighbours has the digest of its bytes.
    """
    folder = file.parent
    code, digests = {file: (text := file.read_bytes())}, {file: _digest(text)}
    names: dict[str, Path] = {}
    waiting = [text]
    while waiting:
        for name in sorted(_imported(waiting.pop())):
            for found in _files_of(folder, name):
                names.setdefault(name, folder / name)
                if found in digests:
                    continue
                digests[found] = _digest(data := found.read_bytes())
                if found.suffix == ".py":
                    code[found] = data
                    waiting.append(data)
    return Source(_together(folder, digests), tuple(digests), code, names)


def of_module(module: str) -> Source | None:
    """The files of the package of a module, data too, or of_file; None if it cannot be found."""
    name = module.partition(".")[0]
    if (spec := importlib.util.find_spec(name)) is None:
        return None
    if not spec.submodule_search_locations:
        return of_file(Path(spec.origin)) if spec.origin else None
    roots = [Path(place) for place in spec.submodule_search_locations]
    files = tuple(found for root in roots for found in files_below(root))
    code = {file: file.read_bytes() for file in files if file.suffix == ".py"}
    return Source("".join(digest_of(root) for root in roots), files, code, {})


def load(file: Path, source: Source) -> ModuleType:
    """A fresh module of a file, run from the bytes of ``source``, and its neighbours too."""
    serve(source)
    _FINDER.folders = [str(file.parent), *(f for f in _FINDER.folders if f != str(file.parent))]
    _forget(source)
    name = f"bi_bench_local_{source.digest[:16]}"
    loader = _Loader(name, str(file), source.code[file])
    spec = importlib.util.spec_from_file_location(name, file, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def serve(source: Source) -> None:
    """Whoever imports one of these files from now on gets the bytes that were digested."""
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    for path, data in source.code.items():
        _FINDER.code[os.path.realpath(path)] = data
        _FINDER.names |= {path.stem, path.parent.name, *source.names}


def files_below(path: Path) -> list[Path]:
    """A file, or all below a folder but hidden ones and bytecode, in order."""
    if path.is_file():
        return [path]
    return [
        found
        for found in sorted(path.rglob("*"))
        if found.is_file()
        and found.suffix != ".pyc"
        and not any(part.startswith(".") for part in found.relative_to(path).parts)
    ]


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of all files below a folder with their places."""
    if path.is_file():
        return _digest(path.read_bytes())
    return _together(path, {found: _digest(found.read_bytes()) for found in files_below(path)})


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _together(folder: Path, digests: Mapping[Path, str]) -> str:
    """The digest itself where there is one file, whose name says nothing about what it does."""
    if len(digests) == 1:
        return next(iter(digests.values()))
    lines = (f"{os.path.relpath(file, folder)} {digest}\n" for file, digest in digests.items())
    return _digest("".join(sorted(lines)).encode())


def _imported(text: bytes) -> set[str]:
    """Top-level names of the modules that some source imports by name; none if it is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()  # whoever runs it is told
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module)
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]):
                called = getattr(function, "attr", getattr(function, "id", ""))
                if called in ("import_module", "__import__"):
                    found.add(name)
    return {name.partition(".")[0] for name in found}


def _files_of(folder: Path, name: str) -> Iterator[Path]:
    for suffix in all_suffixes():
        if (file := folder / f"{name}{suffix}").is_file():
            yield file
    if (package := folder / name).is_dir():
        whole = (package / "__init__.py").is_file()
        yield from (f for f in files_below(package) if whole or f.suffix == ".py")


def _forget(source: Source) -> None:
    """Drops neighbours that were imported as other bytes, so that they are imported again."""
    mine = {os.path.realpath(path): data for path, data in source.code.items()}
    for name in source.names:
        loaded = [m for m in sys.modules if m == name or m.startswith(f"{name}.")]
        for module in loaded:
            file = os.path.realpath(getattr(sys.modules[module], "__file__", None) or "")
            data = getattr(getattr(sys.modules[module], "__loader__", None), "data", None)
            if file in _FINDER.code and data != mine.get(file):
                for each in loaded:
                    del sys.modules[each]
                break


class _Loader(SourceFileLoader):
    """Compiles given bytes and neither reads nor writes bytecode."""

    def __init__(self, name: str, path: str, data: bytes) -> None:
        super().__init__(name, path)
        self.data = data

    def get_data(self, path: Any) -> bytes:
        return self.data if path == self.path else super().get_data(path)

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(self.data, self.path)


class _Finder(MetaPathFinder):
    """Finds modules as Python does, then in ``folders``; takes those whose ``code`` it has."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}
        self.names: set[str] = set()  # most imports are none of ours: they cost a look here
        self.folders: list[str] = []

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.rpartition(".")[2] not in self.names:
            return None
        places = [*sys.path, *self.folders] if path is None else list(path)
        if (spec := PathFinder.find_spec(fullname, places)) is None:
            return None
        data = self.code.get(os.path.realpath(spec.origin)) if spec.origin else None
        if spec.origin is None or data is None:  # a folder without __init__.py, an extension module
            found = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
            return spec if any(os.path.dirname(f) in self.folders for f in found) else None
        return importlib.util.spec_from_file_location(
            fullname,
            spec.origin,
            loader=_Loader(fullname, spec.origin, data),
            submodule_search_locations=spec.submodule_search_locations,
        )


_FINDER = _Finder()
