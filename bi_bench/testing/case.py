"""The plugin under check, and what a rule finds wrong with it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeAlias

from typing_extensions import TypeVar

from bi_bench.api import Benchmark, Plugin
from bi_bench.api.boundary import plugin_line
from bi_bench.plugins import Registry
from bi_bench.suite import Entry

T = TypeVar("T", bound=Plugin, default=Plugin, covariant=True)
TOYS = tuple(Path(__file__).with_name(f"toy_{kind}.py") for kind in ("graph", "text"))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what is wrong, what to do (if that goes without saying: nothing), and where.

    ``place``: ``FILE:LINE``; empty: at the class.
    """

    wrong: str
    mend: str = ""
    place: str = ""

    def __str__(self) -> str:
        advice = f"\n-> {self.mend}" if self.mend else ""
        return f"{self.place}: {self.wrong}{advice}"


@dataclass(frozen=True)
class Case(Generic[T]):
    """A plugin with its parameters. ``made``: what it produced, line by line, compared between processes.

    ``registry``: every installed plugin and the toy benchmarks. ``folder``: for what a rule writes.
    """

    entry: Entry[T]
    registry: Registry
    folder: Path
    made: list[str] = field(default_factory=list)

    @property
    def cls(self) -> type[T]:
        """The class of the plugin."""
        return self.entry.registered.cls

    @property
    def plugin(self) -> T:
        """The plugin object."""
        return self.entry.plugin

    def at(self, name: str = "") -> str:
        """File and line of a method or property of the class, of the class itself if it has none."""
        member = getattr(self.cls, name, None)
        member = getattr(member, "fget", member)
        member = inspect.unwrap(member) if inspect.isfunction(member) else self.cls
        return source_line(member)

    def raised(self, error: BaseException) -> str:
        """File and line of the plugin that an error came from, else those of the class."""
        for each in (error.__cause__, error):
            if each is not None and (found := plugin_line(each)):
                return f"{found[0]}:{found[1]}"
        return self.at()

    def toy(self, name: str) -> Benchmark:
        """One of the toy benchmarks."""
        return self.registry.get(Benchmark, name).cls()


# A rule yields faults, or lets the exception through that a plugin or the core raised. The first line of
# its docstring is what it demands.
Rule: TypeAlias = Callable[[Case[T]], Iterable[Fault]]
Rules: TypeAlias = Mapping[str, Callable[[Case[Any]], Iterable[Fault]]]


def source_line(thing: Any) -> str:
    """``FILE:LINE`` of a class or function; empty where it has no source."""
    try:
        return f"{inspect.getsourcefile(thing)}:{inspect.getsourcelines(thing)[1]}"
    except (OSError, TypeError):
        return ""
