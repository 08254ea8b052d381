"""The results of a run: its record, its cells, and the artefacts of their stages, each read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from bi_bench.artifacts.artifact import Artifact, Json
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.history import read_history
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.role import Evaluation, Role, post, pre
from bi_bench.artifacts.run_record import RunRecord, SuiteRecord
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.artifacts.table import TableRow, read_table
from bi_bench.report.data.cells import Arm, Cell, State, read_cells, stage_states
from bi_bench.store import Store

T = TypeVar("T")
A = TypeVar("A", bound=Artifact)


class Pair(NamedTuple):
    """The evaluations of one seed, before and after RFT."""

    pre: Outcomes
    post: Outcomes


class Results:
    """The results of a run; everything that is shown of it is a function of these.

    ``name`` is that of the run; ``published`` is where its record was read, None for a run in a store.
    Stages are read when they are asked for, and kept.
    """

    def __init__(
        self, record: RunRecord, store: Store, name: str = "", published: Path | None = None
    ) -> None:
        self.record = record
        self.store = store
        self.name = name
        self.published = published
        self._read: dict[tuple[object, str], object] = {}

    @property
    def suite(self) -> SuiteRecord:
        """The suite, as the run record has it."""
        return self.record.suite

    @cached_property
    def states(self) -> dict[str, State]:
        """The state of every stage, by key."""
        return stage_states(self.record, self.store)

    @cached_property
    def cells(self) -> list[Cell]:
        """The cells in the order of the run record."""
        return read_cells(self.record, self.states)

    @cached_property
    def splits(self) -> list[str]:
        """The splits that any cell evaluates, in order."""
        return splits_of(self.cells)

    def arms(self) -> dict[Arm, list[Cell]]:
        """The cells of each arm, a cell a seed."""
        found: dict[Arm, list[Cell]] = {}
        for cell in self.cells:
            found.setdefault(cell.arm, []).append(cell)
        return found

    def folder(self, key: str) -> Path:
        """The folder of a stage."""
        return self.store.folder(key)

    def stage(self, key: str) -> StageRecord:
        """The record of a stage."""
        return self._once(StageRecord, key, self.store.record)

    def costs(self, key: str) -> Costs:
        """The costs of a stage; empty where nothing was measured."""
        return self._once(Costs, key, self.store.costs)

    def artifact(self, kind: type[A], key: str) -> A:
        """The file of this kind of a stage that is done."""
        return self._once(kind, key, lambda key: kind.read(self.folder(key)))

    def outcomes(self, key: str) -> Outcomes:
        """The outcomes of an evaluation, with what follows from its answers where these are there."""
        return self._once(Outcomes, key, self._outcomes)

    def history(self, key: str) -> list[dict[str, Json]]:
        """The log of a training, a row a step."""
        return self._once(read_history, key, lambda key: read_history(self.folder(key)))

    def table(self, key: str) -> list[TableRow]:
        """The rows that an analysis measured."""
        return self._once(read_table, key, lambda key: read_table(self.folder(key)))

    def done(self, cells: Iterable[Cell], role: Role) -> list[str]:
        """The keys of these cells' stages that are done."""
        return [cell.keys[role] for cell in cells if cell.done(role)]

    def pair(self, cell: Cell, split: str) -> Pair:
        """The evaluations of a finished cell on a split."""
        return Pair(self.outcomes(cell.keys[pre(split)]), self.outcomes(cell.keys[post(split)]))

    def evaluated(self, cells: Sequence[Cell], when: Evaluation, split: str) -> list[Outcomes]:
        """The outcomes of several finished cells."""
        return [self.outcomes(cell.keys[Role.of(when, split)]) for cell in cells]

    def _outcomes(self, key: str) -> Outcomes:
        from bi_bench.report.data.votes import with_votes

        return with_votes(Outcomes.read(self.folder(key)), self.folder(key))

    def _once(self, kind: object, key: str, read: Callable[[str], T]) -> T:
        if (kind, key) not in self._read:
            self._read[kind, key] = read(key)
        return cast("T", self._read[kind, key])


def splits_of(cells: Iterable[Cell]) -> list[str]:
    """The splits that any of these cells evaluates, in order."""
    return list(dict.fromkeys(split for cell in cells for split in cell.about("pre")))
