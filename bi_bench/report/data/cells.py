"""The cells of a run record, with the state of each of their stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from bi_bench.artifacts.role import RFT, SFT, Part, Role, analyse
from bi_bench.artifacts.run_record import Axes, RunRecord
from bi_bench.report.text import plain
from bi_bench.store import Store


class Setting(NamedTuple):
    """The axes that arms have in common which are compared."""

    benchmark: str
    model: str
    algorithm: str


class Arm(NamedTuple):
    """The axes that a row of the report has in common, all but split and seed."""

    benchmark: str
    model: str
    algorithm: str
    strategy: str

    @classmethod
    def at(cls, axes: Axes) -> Arm:
        """That of a cell."""
        return cls(axes.benchmark, axes.model, axes.algorithm, axes.strategy)

    @property
    def setting(self) -> Setting:
        """All but the strategy."""
        return Setting(self.benchmark, self.model, self.algorithm)

    @property
    def label(self) -> str:
        """ "bridge · grpo · tiny · igsm-med"."""
        return " · ".join((self.strategy, self.algorithm, self.model, self.benchmark))


Status = Literal["done", "declined", "failed", "damaged", "not run yet"]


class State(NamedTuple):
    """The state of a stage, with the reason where it has no result."""

    status: Status
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the run record with the state of each of its stages, by role."""

    arm: Arm
    seed: int
    keys: Mapping[Role, str]
    states: Mapping[Role, State]
    skip: str

    def done(self, *roles: Role) -> bool:
        """True where all these stages have a result."""
        return all(role in self.states and self.states[role].status == "done" for role in roles)

    def about(self, part: Part) -> list[str]:
        """The subjects of the stages of a part, such as the splits of "pre"."""
        return [role.about for role in self.keys if role.part == part]

    @property
    def damaged(self) -> bool:
        """True where a stage that scores or costs depend on is damaged: then neither is complete."""
        return any(
            state.status == "damaged"
            for role, state in self.states.items()
            if role.part not in ("analyse", "decoded", "overlap")
        )


@dataclass(frozen=True)
class Unfinished:
    """Seeds of one cell group that gave less than they should, and why.

    ``status``: "skipped" (at plan time), "declined", "failed", "damaged" or "not run yet"; ``stages``
    are the roles concerned, empty where it is the whole cell.
    """

    status: str
    cell: str
    seeds: tuple[int, ...]
    stages: tuple[str, ...] = ()
    reason: str = ""

    @property
    def line(self) -> str:
        """All of it in one line."""
        seeds = f"{'seed' if len(self.seeds) == 1 else 'seeds'} {', '.join(map(str, self.seeds))}"
        where = " · ".join([self.cell, seeds, *([", ".join(self.stages)] if self.stages else [])])
        return plain(f"{self.status}: {where}{': ' if self.reason else ''}{self.reason}")


def stage_state(store: Store, key: str) -> State:
    """The state of one stage in the store."""
    if store.has(key):
        record = store.record(key)
        if record.status == "declined":
            return State("declined", record.reason or "no reason given")
        return State("done")
    if problem := store.damage(key):
        return State("damaged", problem)
    if failure := store.failure(key):
        return State("failed", failure.reason)
    return State("not run yet")


def stage_states(record: RunRecord, store: Store) -> dict[str, State]:
    """The state of every stage that a cell names, by key; shared stages are looked up once."""
    return {key: stage_state(store, key) for key in record.stage_keys()}


def read_cells(record: RunRecord, states: Mapping[str, State]) -> list[Cell]:
    """The cells of a run record, in its order; ``states`` by key."""
    return [
        Cell(
            Arm.at(cell.axes),
            cell.axes.seed,
            dict(cell.by_role()),
            {role: states[key] for role, key in cell.by_role()}
            | {analyse(label): State("declined", reason) for label, reason in cell.without.items()}
            | {
                Role.of("decoded", label): State("declined", r)
                for label, r in cell.undecoded.items()
            },
            cell.skip,
        )
        for cell in record.cells
    ]


def unfinished(cells: Iterable[Cell]) -> tuple[Unfinished, ...]:
    """The missing parts of these cells, seeds with the same reason in one entry."""
    seeds: dict[tuple[str, str, tuple[Role, ...], str], list[int]] = {}
    for cell in cells:
        for status, stages, reason in _lacks(cell):
            seeds.setdefault((status, cell.arm.label, stages, reason), []).append(cell.seed)
    return tuple(
        Unfinished(status, label, tuple(found), stages, reason)
        for (status, label, stages, reason), found in seeds.items()
    )


def _lacks(cell: Cell) -> list[tuple[str, tuple[Role, ...], str]]:
    if cell.skip:
        return [("skipped", (), cell.skip)]
    stopped: list[tuple[str, tuple[Role, ...], str]] = [
        (state.status, (role,), state.reason)
        for role, state in cell.states.items()
        if state.status in ("declined", "failed", "damaged")
    ]
    if stopped:
        # Whatever else is missing mostly waits for these.
        return stopped
    waiting = [role for role, state in cell.states.items() if state.status == "not run yet"]
    if not waiting:
        return []
    whole = not any(cell.done(role) for role in cell.states if role in (SFT, RFT))
    return [("not run yet", () if whole else tuple(waiting), "")]
