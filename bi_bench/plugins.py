"""The registry of plugins: finds them in entry points and files next to suites, checks and builds them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic

import pluggy
import pydantic
from typing_extensions import TypeVar

from bi_bench import declarations, loading, sources
from bi_bench.api import (
    Algorithm,
    Analysis,
    Benchmark,
    Decoder,
    Engine,
    LanguageModel,
    Plugin,
    Reward,
    Strategy,
    Trainer,
    UserError,
    did_you_mean,
    hooks,
)
from bi_bench.api.versions import library_versions
from bi_bench.declarations import data_files

KINDS: Mapping[str, type[Plugin]] = {
    "strategies": Strategy,
    "models": LanguageModel,
    "algorithms": Algorithm,
    "rewards": Reward,
    "trainers": Trainer,
    "benchmarks": Benchmark,
    "analyses": Analysis,
    "decoders": Decoder,
    "engines": Engine,
}
OWN_DISTRIBUTION = "bi-bench"
NO_PLUGINS = "BI_BENCH_NO_PLUGINS"  # workers inherit the environment, so they load the same plugins

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
    def noun(self) -> str:
        """The kind in the singular: "strategy"."""
        return {"strategies": "strategy", "analyses": "analysis"}.get(self.kind, self.kind[:-1])

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
            files = data_files(self.cls)
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
    """All plugins that were found, working and broken.

    ``slow``: seconds that entry points took to load, of those that took long. ``left_out``: what
    :data:`NO_PLUGINS` left alone.
    """

    found: list[Registered] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    slow: dict[str, float] = field(default_factory=dict)
    left_out: list[Origin] = field(default_factory=list)

    def of(self, base: type[T]) -> list[Registered[T]]:
        """All plugins derived from one of the base classes of :data:`KINDS`."""
        return [
            Registered(entry.kind, entry.cls, entry.origin)
            for entry in self.found
            if entry.kind == _kind(base) and issubclass(entry.cls, base)
        ]

    def names(self, base: type[Plugin]) -> list[str]:
        """The names of the plugins derived from ``base``, sorted."""
        return sorted({entry.cls.name for entry in self.of(base)})

    def get(self, base: type[T], name: str) -> Registered[T]:
        """The plugin of that name; UserError if it is unknown, broken or provided twice."""
        matches = [entry for entry in self.of(base) if entry.cls.name == name]
        if len(matches) == 1:
            return matches[0]
        if matches:
            both = " and ".join(str(entry.origin) for entry in matches)
            raise UserError(
                f'{_kind(base)}: "{name}" is provided by {both}; uninstall or rename one'
            )
        raise self._unknown(f"{_kind(base)}: ", name, self.names(base))

    def called(self, name: str) -> list[Registered]:
        """The plugins of that name, of all kinds; UserError where there is none."""
        if matches := [entry for entry in self.found if entry.cls.name == name]:
            return matches
        raise self._unknown("", name, sorted({entry.cls.name for entry in self.found}))

    def _unknown(self, where: str, name: str, names: Sequence[str]) -> UserError:
        hint = did_you_mean(name, names) or "."
        message = f'{where}"{name}" not found{hint} Known: {", ".join(names)}'
        if self.broken:
            causes = "; ".join(f"{b.name} ({b.origin}): {b.cause}" for b in self.broken)
            message += f". These plugins could not be loaded: {causes}"
        if self.left_out:
            message += f". --no-plugins leaves out {', '.join(map(str, self.left_out))}"
        return UserError(message)

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
    asked for it. With :data:`NO_PLUGINS` in the environment the entry points of other distributions
    are left alone.
    """
    registry = Registry()
    manager = pluggy.PluginManager("bi_bench")
    manager.add_hookspecs(hooks)
    points = importlib.metadata.entry_points(group="bi_bench")
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        origin = _origin(point)
        if os.environ.get(NO_PLUGINS) and origin.name != OWN_DISTRIBUTION:
            registry.left_out.append(origin)
            continue
        load = partial(_load_point, registry, manager, point, origin)
        came = loading.attempt(point.name, load)
        if came.cause:
            registry.broken.append(Broken(point.name, origin, came.cause))
        elif came.seconds > loading.SLOW_SECONDS:
            registry.slow[point.name] = came.seconds
    neighbours: dict[str, Path] = {}
    for file in files:
        came = loading.attempt(str(file), partial(_load_file, registry, manager, file, neighbours))
        if came.cause:
            raise UserError(f"plugin file {file} cannot be used: {came.cause}") from came.error
    return registry


def _load_point(
    registry: Registry,
    manager: pluggy.PluginManager,
    point: importlib.metadata.EntryPoint,
    origin: Origin,
) -> None:
    spec = importlib.util.find_spec(point.module)
    if spec is not None and spec.origin and spec.origin.endswith(".py"):
        declarations.check_api(Path(spec.origin).read_bytes())
    ours = point.dist is None or origin.name == OWN_DISTRIBUTION
    if not ours and _is_editable(point.dist) and (source := sources.of_module(point.module)):
        sources.serve(source)
        origin = replace(origin, digest=source.digest)
    # Two distributions may give their entry points the same name.
    _register(registry, manager, point.load(), f"{point.name} ({origin})", origin)


def _load_file(
    registry: Registry, manager: pluggy.PluginManager, given: Path, neighbours: dict[str, Path]
) -> None:
    """``neighbours`` are the modules that files before it import."""
    file = given.absolute()
    source = sources.of_file(file)
    for name, path in source.names.items():
        if (other := neighbours.setdefault(name, path)) != path:
            raise ImportError(
                f"it imports {path}, another plugin file {other} of the same name; rename one of them"
            )
    declarations.check_api(source.code[file])
    module = sources.load(file, source)
    _register(
        registry, manager, module, str(given), Origin(str(given), "", source.digest, str(given))
    )


def _register(
    registry: Registry, manager: pluggy.PluginManager, module: Any, name: str, origin: Origin
) -> None:
    if other := manager.get_name(module):
        raise UserError(f"it names the module that {other} has loaded; remove one of the two")
    declarations.check_hooks(module, [f"bi_bench_{kind}" for kind in KINDS])
    manager.register(module, name=name)
    try:
        entries = list(_provided(manager, module, origin))
    except BaseException:  # goes on to the caller; only the half-made registration is undone
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
            classes: set[type[Plugin]] = set()
            for cls in _returned(implementation.function(), base, kind):
                if isinstance(cls, ImportError):  # the hook goes on with its other modules
                    yield Broken(cls.name or origin.name, origin, cls.msg)
                    continue
                declarations.check_class(cls, base, kind)
                if cls in classes:
                    raise UserError(f"bi_bench_{kind} returns {cls.__name__} twice")
                classes.add(cls)
                yield Registered(kind, cls, origin)


def _returned(result: object, base: type[Plugin], kind: str) -> Iterable[Any]:
    if isinstance(result, Iterable):
        return result
    raise TypeError(
        f"bi_bench_{kind} must return a list of classes derived from {base.__name__}, like [Mine], "
        f"not {result!r}"
    )


def _origin(point: importlib.metadata.EntryPoint) -> Origin:
    distribution = point.dist
    if distribution is None:
        return Origin(point.value)
    return Origin(distribution.metadata["Name"], distribution.version)


def _is_editable(distribution: importlib.metadata.Distribution | None) -> bool:
    text = distribution and distribution.read_text("direct_url.json")
    return bool(text and json.loads(text).get("dir_info", {}).get("editable"))


def files_of(registered: Registered) -> list[Path]:
    """The files that a plugin next to a suite consists of, its own first; none for an installed plugin."""
    if not registered.origin.file:
        return []
    file = Path(registered.origin.file).absolute()
    data = [f for path in data_files(registered.cls).values() for f in sources.files_below(path)]
    own = [f for f in data if f.is_relative_to(file.parent)]  # not those of a base class elsewhere
    return list(dict.fromkeys([*sources.of_file(file).files, *own]))
