"""The record of a run: which suite was run, and which stages its cells use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pydantic

from bi_bench.api.errors import UserError
from bi_bench.artifacts.artifact import Json, JsonObject, Record, first_fault
from bi_bench.artifacts.role import Role
from bi_bench.artifacts.sealed import read_sealed, write_sealed

SCHEMA = 1
FILE = "run.json"


class Axes(Record):
    """The place of a cell in the matrix, by the labels of its entries."""

    benchmark: str
    model: str
    strategy: str
    algorithm: str
    seed: int


class CellRecord(Record):
    """A cell with the keys of its stages by role, or the reason why it is skipped.

    ``without``: the analyses that decline the cell, by label, with their reasons; ``undecoded`` the same of
    decoders.
    """

    axes: Axes
    stages: dict[str, str] = pydantic.Field(default_factory=dict)
    skip: str = ""
    without: dict[str, str] = pydantic.Field(default_factory=dict)
    undecoded: dict[str, str] = pydantic.Field(default_factory=dict)

    def by_role(self) -> Iterator[tuple[Role, str]]:
        """Its stages."""
        return ((Role(role), key) for role, key in self.stages.items())


class StrategyRecord(Record):
    """The plugin behind the label of an arm, with all of its parameters."""

    name: str
    params: JsonObject


class PrimaryRecord(Record):
    """The contrast that ranks arms; ``declared`` if the suite names it itself."""

    contrast: Literal["gain", "final"] = "final"
    score: Literal["greedy", "sampled"] = "greedy"
    split: str = ""
    declared: bool = False


class PublishedRecord(Record):
    """A number that others published, in %, with the labels of the row that it belongs to."""

    benchmark: str
    split: str
    model: str
    algorithm: str
    strategy: str
    pre: float | None = None
    post: float | None = None
    gain: float | None = None
    tag: str
    source: str
    note: str = ""


class SuiteRecord(Record):
    """The part of a suite that reports need. Older records have less of it.

    ``rewards``: those of each algorithm's phases. ``informed``: False for algorithms whose rewards are all
    controls that pay whatever the text is; empty in older records. ``source``: the suite file as it was
    read. ``figures``: those to draw, all if it is empty. ``drawings``: how the table of each
    analysis is drawn.
    ``runs``: in a report of several runs, the run of algorithms that are named by it.
    """

    name: str
    description: str = ""
    reference: str
    rewards: dict[str, tuple[str, ...]] = pydantic.Field(default_factory=dict)
    informed: dict[str, bool] = pydantic.Field(default_factory=dict)
    source: JsonObject = pydantic.Field(default_factory=dict)
    figures: tuple[str, ...] = ()
    published: tuple[PublishedRecord, ...] = ()
    primary: PrimaryRecord | None = None
    drawings: dict[str, tuple[JsonObject, ...]] = pydantic.Field(default_factory=dict)
    strategies: dict[str, StrategyRecord] | None = None
    runs: dict[str, str] = pydantic.Field(default_factory=dict)

    def entries(self, axis: str) -> list[JsonObject]:
        """The entries of the suite file on an axis of its matrix; a bare name is an object with a name."""
        matrix = self.source.get("matrix")
        listed = matrix.get(axis) if isinstance(matrix, dict) else None
        entries = listed if isinstance(listed, list) else []
        named: Iterator[Json] = (
            {"name": entry} if isinstance(entry, str) else entry for entry in entries
        )
        return [entry for entry in named if isinstance(entry, dict)]

    def default(self, name: str, otherwise: str) -> str:
        """One of the settings of the suite file directly under "defaults"."""
        defaults = self.source.get("defaults")
        found = defaults.get(name) if isinstance(defaults, dict) else None
        return found if isinstance(found, str) else otherwise

    def is_informed(self, algorithm: str) -> bool:
        """False for an algorithm whose rewards are controls that pay whatever the text is."""
        # In older records there is one such reward, "random".
        return self.informed.get(algorithm, self.rewards.get(algorithm) != ("random",))


class RunRecord(Record):
    """``run.json``: everything that a report needs besides the stages.

    ``stages`` names the keys that garbage collection keeps. ``machines``: the kinds of machine that
    computed the run so far.
    """

    schema_: int = pydantic.Field(default=SCHEMA, alias="schema")
    suite: SuiteRecord
    numerics: dict[str, Json] = pydantic.Field(default_factory=dict)
    command: str = ""
    versions: Mapping[str, str | None] = pydantic.Field(default_factory=dict)
    cells: tuple[CellRecord, ...]
    stages: tuple[str, ...] = ()
    machines: tuple[dict[str, str], ...] = ()

    @classmethod
    def parse(cls, data: object, where: object = "the run record") -> RunRecord:
        """Check what was read; UserError for another schema and for what is no run record."""
        if not isinstance(data, dict):
            raise UserError(f"{where} is damaged: it is not a JSON object")
        if data.get("schema") != SCHEMA:
            raise UserError(
                f"{where} has schema {data.get('schema')}, this bi_bench reads {SCHEMA}; run the "
                "suite again"
            )
        try:
            return cls.model_validate(data)
        except pydantic.ValidationError as error:
            raise UserError(f"{where}: {first_fault(error)}; run the suite again") from None

    @classmethod
    def read(cls, path: Path) -> RunRecord:
        """The record in a file; UserError where it is damaged or of another schema."""
        names = {field.alias or name for name, field in cls.model_fields.items()}
        found = read_sealed(path, names)
        if found is None:
            raise UserError(
                f"{path}: not a JSON object, or damaged; run the suite again, which writes it again, "
                "or delete the folder"
            )
        return cls.parse(found[0], path)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types, the schema among them."""
        return {"schema": self.schema_, **super().to_json()}

    def write(self, path: Path) -> None:
        """Write it, with its digest."""
        write_sealed(path, self.to_json())

    def stage_keys(self) -> list[str]:
        """The keys of all stages that a cell names, each once, sorted."""
        return sorted({key for cell in self.cells for key in cell.stages.values()})
