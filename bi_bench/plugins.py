"""The registry of plugins: finds them in entry points and files next to suites, checks and builds them."""

from __future__ import annotations

import importlib.metadata
import inspect
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, Generic

import pluggy
import pydantic
from typing_extensions import TypeVar

from bi_bench import sources
from bi_bench.api import (
    Algorithm,
    Analysis,
    Benchmark,
    Decoder,
    Drawing,
    LanguageModel,
    Parameters,
    Plugin,
    Reward,
    Strategy,
    Trainer,
    UserError,
    did_you_mean,
    hooks,
)
from bi_bench.api.boundary import describe
from bi_bench.api.versions import library_versions

KINDS: Mapping[str, type[Plugin]] = {
    "strategies": Strategy,
    "models": LanguageModel,
    "algorithms": Algorithm,
    "rewards": Reward,
    "trainers": Trainer,
    "benchmarks": Benchmark,
    "analyses": Analysis,
    "decoders": Decoder,
}
OWN_DISTRIBUTION = "bi-bench"

T = TypeVar("T", bound=Plugin, default=Plugin, covariant=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plugin comes from: a distribution, or a file next to a suite.

    ``digest`` is that of the source where the integer version cannot be trusted: suite-local files
    and editable installs of third parties.
    """

    name: str
    version: str = ""
    digest: str = ""
    file: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Registered(Generic[T]):
    """One plugin class with its provenance. ``kind`` is one of :data:`KINDS`."""

    kind: str
    cls: type[T]
    origin: Origin

    @property
    def implied(self) -> bool:
        """True for a plugin of bi_bench in its first version: keys that existed before it omit it."""
        return self.identity() == {
            "name": self.cls.name,
            "distribution": OWN_DISTRIBUTION,
            "version": 1,
        }

    def identity(self) -> dict[str, Any]:
        """The plugin's part of a content key; files are digested anew at each call."""
        identity: dict[str, Any] = {"name": self.cls.name}
        if self.origin.digest:
            identity["source"] = self.origin.digest
        else:
            identity |= {"distribution": self.origin.name, "version": self.cls.version}
        # A plugin that declares nothing has no such field.
        if self.cls.data_files:
            files = _data_files(self.cls)
            identity["data_files"] = {name: sources.digest_of(file) for name, file in files.items()}
        if self.cls.libraries:
            identity["libraries"] = library_versions(self.cls.libraries)
        return identity


@dataclass(frozen=True, slots=True)
class Broken:
    """A plugin that could not be loaded, and why."""

    name: str
    origin: Origin
    cause: str


@dataclass
class Registry:
    """All plugins that were found, working and broken."""

    found: list[Registered] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)

    def _of(self, base: type[T]) -> list[Registered[T]]:
        """All plugins derived from one of the base classes of :data:`KINDS`."""
        return [
            Registered(entry.kind, entry.cls, entry.origin)
            for entry in self.found
            if entry.kind == _kind(base) and issubclass(entry.cls, base)
        ]

    def names(self, base: type[Plugin]) -> list[str]:
        """The names of the plugins derived from ``base``, sorted."""
        return sorted({entry.cls.name for entry in self._of(base)})

    def get(self, base: type[T], name: str) -> Registered[T]:
        """The plugin of that name; UserError if it is unknown, broken or provided twice."""
        matches = [entry for entry in self._of(base) if entry.cls.name == name]
        if len(matches) == 1:
            return matches[0]
        if matches:
            both = " and ".join(str(entry.origin) for entry in matches)
            raise UserError(
                f'{_kind(base)}: "{name}" is provided by {both}; uninstall or rename one'
            )
        names = self.names(base)
        hint = did_you_mean(name, names) or "."
        message = f'{_kind(base)}: "{name}" not found{hint} Known: {", ".join(names)}'
        if self.broken:
            causes = "; ".join(f"{b.name} ({b.origin}): {b.cause}" for b in self.broken)
            message += f". These plugins could not be loaded: {causes}"
        raise UserError(message)

    def build(
        self,
        base: type[T],
        identity: Mapping[str, Any],
        unkeyed: Mapping[str, Any] = MappingProxyType({}),
        *,
        if_changed: str | None = "plan and run again",
    ) -> T:
        """The plugin object that an identity with ``params`` describes, parameters checked again.

        ``unkeyed`` are the parameters that no content key holds. UserError if the plugin is not found,
        does not take the parameters or is not the one of the identity: ``if_changed`` is then what to
        do about it. None takes whatever has the name.
        """
        wanted = dict(identity)
        params = {**wanted.pop("params"), **unkeyed}
        registered = self.get(base, wanted["name"])
        who = f'{registered.kind}: "{wanted["name"]}"'
        if if_changed is not None and (found := registered.identity()) != wanted:
            raise UserError(f"{who} has changed ({wanted} before, {found} now); {if_changed}")
        try:
            return registered.cls(registered.cls.Params.model_validate(params, strict=False))
        except pydantic.ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            )
            raise UserError(f"{who} does not take these parameters: {faults}") from None


def _kind(base: type[Plugin]) -> str:
    return next(kind for kind, cls in KINDS.items() if cls is base)


def discover(files: Sequence[Path] = ()) -> Registry:
    """Load every entry point of the group ``bi_bench``, then the given files.

    A broken entry point becomes a row in ``broken``; a broken file is a UserError, because a suite
    asked for it.
    """
    registry = Registry()
    manager = pluggy.PluginManager("bi_bench")
    manager.add_hookspecs(hooks)
    points = importlib.metadata.entry_points(group="bi_bench")
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        origin = _origin(point)
        try:
            with _to_stderr():
                _register(registry, manager, point.load(), point.name, origin)
        except (Exception, SystemExit) as error:  # it may fail in any way; the rest must still work
            registry.broken.append(Broken(point.name, origin, describe(error)))
    neighbours: dict[str, Path] = {}
    for file in files:
        try:
            with _to_stderr():
                module, digest = _load_file(file, neighbours)
                _register(
                    registry, manager, module, str(file), Origin(str(file), "", digest, str(file))
                )
        except (Exception, SystemExit) as error:  # likewise: whatever it raises is its own fault
            raise UserError(f"plugin file {file} cannot be used: {describe(error)}") from error
    return registry


@contextmanager
def _to_stderr() -> Iterator[None]:
    """Sends what a plugin, or a program that it starts, prints while it is loaded to stderr."""
    kept = -1
    with suppress(OSError):  # one of the two is closed
        kept = os.dup(1)
        os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if kept >= 0:
            os.dup2(kept, 1)
            os.close(kept)


def _register(
    registry: Registry, manager: pluggy.PluginManager, module: Any, name: str, origin: Origin
) -> None:
    manager.register(module, name=name)
    try:
        manager.check_pending()
        entries = list(_provided(manager, module, origin))
    except (
        Exception,
        SystemExit,
    ):  # goes on to the caller; only the half-made registration is undone
        manager.unregister(name=name)
        raise
    registry.found += [entry for entry in entries if isinstance(entry, Registered)]
    registry.broken += [entry for entry in entries if isinstance(entry, Broken)]


def _provided(
    manager: pluggy.PluginManager, module: Any, origin: Origin
) -> Iterable[Registered | Broken]:
    for kind, base in KINDS.items():
        hook = getattr(manager.hook, f"bi_bench_{kind}")
        for implementation in hook.get_hookimpls():
            if implementation.plugin is not module:
                continue
            for cls in implementation.function():
                if isinstance(cls, ImportError):  # the hook goes on with its other modules
                    yield Broken(cls.name or origin.name, origin, cls.msg)
                    continue
                _check(cls, base, kind)
                yield Registered(kind, cls, origin)


def _check(cls: Any, base: type[Plugin], kind: str) -> None:
    if not (isinstance(cls, type) and issubclass(cls, base)):
        raise TypeError(
            f"bi_bench_{kind} must yield classes derived from {base.__name__}, not {cls!r}"
        )
    if not isinstance(getattr(cls, "name", None), str) or not cls.name:
        raise TypeError(f'{cls.__name__} has no name; add name = "..." to the class')
    if type(cls.version) is not int:
        raise TypeError(f"{cls.__name__}.version must be an integer, not {cls.version!r}")
    for attribute in ("needs", "kinds"):
        names = getattr(cls, attribute, ())
        if isinstance(names, str) or not all(isinstance(name, str) for name in names):
            raise TypeError(
                f"{cls.__name__}.{attribute} must be a collection of names, not {names!r}"
            )
    if not all(isinstance(drawing, Drawing) for drawing in getattr(cls, "figures", ())):
        raise TypeError(f"{cls.__name__}.figures must be a tuple of bi_bench.api.Bars and Lines")
    if not issubclass(cls.Params, Parameters):
        raise TypeError(f"{cls.__name__}.Params must derive from bi_bench.api.Parameters")
    for attribute in ("libraries", "data_files"):
        names = getattr(cls, attribute)
        if not isinstance(names, tuple) or not all(isinstance(name, str) for name in names):
            raise TypeError(
                f'{cls.__name__}.{attribute} must be a tuple of strings, like ("a", "b")'
            )
    for name, path in _data_files(cls).items():
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise TypeError(
                f'{cls.__name__}.data_files: "{name}" must be below the file\'s own folder'
            )
        if not path.exists():
            raise TypeError(f'{cls.__name__}.data_files: "{name}" not found in {path.parent}')
    if missing := sorted(getattr(cls, "__abstractmethods__", ())):
        raise TypeError(f"{cls.__name__} lacks {', '.join(missing)}")


def _origin(point: importlib.metadata.EntryPoint) -> Origin:
    distribution = point.dist
    if distribution is None:
        return Origin(point.value)
    name, version = distribution.metadata["Name"], distribution.version
    digest = ""
    if name != OWN_DISTRIBUTION and _is_editable(distribution):
        source = sources.of_module(point.module)
        if source is not None:
            sources.serve(source)
            digest = source.digest
    return Origin(name, version, digest)


def _is_editable(distribution: importlib.metadata.Distribution) -> bool:
    text = distribution.read_text("direct_url.json")
    return bool(text and json.loads(text).get("dir_info", {}).get("editable"))


def _data_files(cls: type[Plugin]) -> dict[str, Path]:
    """The declared files, by name, next to the file of the class that declares them."""
    owner = next(each for each in cls.__mro__ if "data_files" in vars(each))
    return {name: Path(inspect.getfile(owner)).parent / name for name in cls.data_files}


def files_of(registered: Registered) -> list[Path]:
    """The files that a plugin next to a suite consists of, its own first; none for an installed plugin."""
    if not registered.origin.file:
        return []
    file = Path(registered.origin.file).absolute()
    data = [f for path in _data_files(registered.cls).values() for f in sources.files_below(path)]
    own = [f for f in data if f.is_relative_to(file.parent)]  # not those of a base class elsewhere
    return list(dict.fromkeys([*sources.of_file(file).files, *own]))


def _load_file(file: Path, neighbours: dict[str, Path]) -> tuple[ModuleType, str]:
    """The module and its digest; ``neighbours`` are the modules that files before it import."""
    file = file.absolute()
    source = sources.of_file(file)
    for name, path in source.names.items():
        if (other := neighbours.setdefault(name, path)) != path:
            raise ImportError(
                f"it imports {path}, another plugin file {other} of the same name; rename one of them"
            )
    return sources.load(file, source), source.digest
