"""The checked suite: resolved plugins with provenance, and the matrix of cells."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, NamedTuple

from typing_extensions import ParamSpec, TypeVar

from bi_bench.api import (
    Algorithm,
    Analysis,
    Benchmark,
    Decoder,
    Engine,
    LanguageModel,
    Parameters,
    Plugin,
    Strategy,
)
from bi_bench.api.boundary import calling
from bi_bench.api.identity import Json
from bi_bench.declared_types import check_object, check_returned
from bi_bench.plugins import KINDS, Registered, Registry
from bi_bench.suite.schema import Defaults, Primary

T = TypeVar("T", bound=Plugin, default=Plugin, covariant=True)
A = ParamSpec("A")
R = TypeVar("R")
# For a method that plans; the digest of a large checkpoint takes longer.
SECONDS = 60.0


@dataclass(frozen=True)
class Entry(Generic[T]):
    """One value of an axis: a plugin with checked parameters, and the label that reports show.

    ``place`` is the key path where the suite file has it.
    """

    registered: Registered[T]
    params: Parameters
    label: str
    place: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.registered.cls.name

    @property
    def who(self) -> str:
        """ "strategy bridge", for messages."""
        return f"{self.registered.noun} {self.label}"

    @cached_property
    def plugin(self) -> T:
        """The plugin object with its parameters.

        PluginError if it cannot be made, or if a property raises or is of another type than declared.
        """
        cls, base = self.registered.cls, KINDS[self.registered.kind]
        with calling(self.who, cls, SECONDS):
            made = cls(self.params)
            check_object(made, base)
            self._params  # noqa: B018 - raises for a value that JSON cannot hold
        return made

    def asked(self, method: Callable[A, R], *args: A.args, **named: A.kwargs) -> R:
        """The result of a method of the plugin object, of the type that its base class declares.

        PluginError if it raises, returns something else or takes too long.
        """
        with calling(self.who, method, SECONDS):
            result = method(*args, **named)
            check_returned(method, result, KINDS[self.registered.kind])
        return result

    @cached_property
    def unkeyed(self) -> dict[str, Json]:
        """Parameters declared with ``exclude=True``: handed to workers, not in the content key."""
        fields = type(self.params).model_fields
        return {name: getattr(self.params, name) for name, field in fields.items() if field.exclude}

    def identity(self) -> dict[str, Json]:
        """Plugin and parameters, as they enter the content key."""
        return {**self._registered, "params": self._params}

    @cached_property
    def _registered(self) -> dict[str, Json]:
        return self.registered.identity()

    @cached_property
    def _params(self) -> dict[str, Json]:
        return self.params.model_dump(mode="json")


@dataclass(frozen=True)
class Cell:
    """One point of the matrix."""

    benchmark: Entry[Benchmark]
    model: Entry[LanguageModel]
    strategy: Entry[Strategy]
    algorithm: Entry[Algorithm]
    seed: int

    def axes(self) -> dict[str, str | int]:
        """The labels of the axes and the seed."""
        return {
            "benchmark": self.benchmark.label,
            "model": self.model.label,
            "strategy": self.strategy.label,
            "algorithm": self.algorithm.label,
            "seed": self.seed,
        }


class Axes(NamedTuple):
    """The entries of each axis of a matrix."""

    benchmarks: tuple[Entry[Benchmark], ...]
    models: tuple[Entry[LanguageModel], ...]
    strategies: tuple[Entry[Strategy], ...]
    algorithms: tuple[Entry[Algorithm], ...]


@dataclass(frozen=True)
class Matrix:
    """Axes of which every combination is a cell."""

    axes: Axes
    seeds: tuple[int, ...]

    def cells(self) -> Iterator[Cell]:
        """Every combination of the axes, seeds varying fastest."""
        for benchmark, model, strategy, algorithm in itertools.product(*self.axes):
            for seed in self.seeds:
                yield Cell(benchmark, model, strategy, algorithm, seed)


@dataclass(frozen=True)
class Suite:
    """A checked suite. ``source`` is the data after overrides, ``reference`` an arm's label.

    ``registry`` has the plugins that were found. ``engine`` decides nothing and is not in the ``source``.
    The first of ``matrices`` is the main one. ``transfers`` are the benchmarks that are evaluated besides
    the one that a cell trains on, ``decoders`` the decode-time methods that are evaluated besides its
    checkpoints.
    ``figures``, ``published`` and ``primary`` are for the report alone.
    """

    name: str
    description: str
    seed: int
    matrices: tuple[Matrix, ...]
    analyses: tuple[Entry[Analysis], ...]
    engine: Entry[Engine]
    transfers: tuple[Entry[Benchmark], ...]
    defaults: Defaults
    reference: str
    plugin_files: tuple[Path, ...]
    source: Mapping[str, Any]
    registry: Registry = field(default_factory=Registry, compare=False, repr=False)
    figures: tuple[str, ...] = ()
    published: tuple[Mapping[str, Json], ...] = ()
    primary: Primary = field(default_factory=Primary)
    decoders: tuple[Entry[Decoder], ...] = ()

    @cached_property
    def axes(self) -> Axes:
        """The entries of all matrices, each label once."""
        axes = [matrix.axes for matrix in self.matrices]
        return Axes(
            _by_label(entry for each in axes for entry in each.benchmarks),
            _by_label(entry for each in axes for entry in each.models),
            _by_label(entry for each in axes for entry in each.strategies),
            _by_label(entry for each in axes for entry in each.algorithms),
        )

    def reference_of(self, cell: Cell) -> Cell:
        """The cell of the reference arm that a cell is compared with."""
        arm = next(arm for arm in self.axes.strategies if arm.label == self.reference)
        return replace(cell, strategy=arm)

    def cells(self) -> Iterator[Cell]:
        """The cells of all matrices, each once."""
        seen = set()
        for cell in itertools.chain.from_iterable(matrix.cells() for matrix in self.matrices):
            if (axes := tuple(cell.axes().values())) not in seen:
                seen.add(axes)
                yield cell


def _by_label(entries: Iterable[Entry[T]]) -> tuple[Entry[T], ...]:
    return tuple({entry.label: entry for entry in entries}.values())
