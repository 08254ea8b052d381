"""The checked suite: resolved plugins with provenance, and the matrix of cells."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bi_bench.api import Parameters
from bi_bench.api.identity import Json
from bi_bench.plugins import Registered
from bi_bench.suite.schema import Defaults, Primary


@dataclass(frozen=True)
class Entry:
    """One value of an axis: a plugin with checked parameters, and the label that reports show.

    ``place`` is the key path where the suite file has it.
    """

    registered: Registered
    params: Parameters
    label: str
    place: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.registered.cls.name

    @cached_property
    def plugin(self) -> Any:
        """The plugin object with its parameters."""
        return self.registered.cls(self.params)

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

    benchmark: Entry
    model: Entry
    strategy: Entry
    algorithm: Entry
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


@dataclass(frozen=True)
class Matrix:
    """Axes of which every combination is a cell."""

    axes: Mapping[str, tuple[Entry, ...]]
    seeds: tuple[int, ...]

    def cells(self) -> Iterator[Cell]:
        """Every combination of the axes, seeds varying fastest."""
        entries = (self.axes[k] for k in ("benchmarks", "models", "strategies", "algorithms"))
        for benchmark, model, strategy, algorithm in itertools.product(*entries):
            for seed in self.seeds:
                yield Cell(benchmark, model, strategy, algorithm, seed)


@dataclass(frozen=True)
class Suite:
    """A checked suite. ``source`` is the data after overrides, ``reference`` an arm's label.

    The first of ``matrices`` is the main one. ``transfers`` are the benchmarks that are evaluated
    besides the one that a cell trains on. ``figures``, ``published`` and ``primary`` are for the
    report alone.
    """

    name: str
    description: str
    seed: int
    matrices: tuple[Matrix, ...]
    analyses: tuple[Entry, ...]
    transfers: tuple[Entry, ...]
    defaults: Defaults
    reference: str
    plugin_files: tuple[Path, ...]
    source: Mapping[str, Any]
    figures: tuple[str, ...] = ()
    published: tuple[Mapping[str, Json], ...] = ()
    primary: Primary = field(default_factory=Primary)

    @cached_property
    def axes(self) -> Mapping[str, tuple[Entry, ...]]:
        """The entries of all matrices, each label once."""
        return {
            axis: tuple(
                {entry.label: entry for m in self.matrices for entry in m.axes[axis]}.values()
            )
            for axis in self.matrices[0].axes
        }

    def reference_of(self, cell: Cell) -> Cell:
        """The cell of the reference arm that a cell is compared with."""
        arm = next(arm for arm in self.axes["strategies"] if arm.label == self.reference)
        return replace(cell, strategy=arm)

    def cells(self) -> Iterator[Cell]:
        """The cells of all matrices, each once."""
        seen = set()
        for cell in itertools.chain.from_iterable(matrix.cells() for matrix in self.matrices):
            if (axes := tuple(cell.axes().values())) not in seen:
                seen.add(axes)
                yield cell
