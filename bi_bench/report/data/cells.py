"""The cells of a run record, and how far each of them got."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bi_bench.report.build.row import Unfinished
from bi_bench.store import Store


class Arm(NamedTuple):
    """The axes that a row of the report has in common, all but split and seed."""

    benchmark: str
    model: str
    algorithm: str
    strategy: str

    @property
    def label(self) -> str:
        """ "bridge · grpo · tiny · igsm-med"."""
        return " · ".join((self.strategy, self.algorithm, self.model, self.benchmark))


class State(NamedTuple):
    """How far a stage got: "done", "declined", "failed", "damaged" or "not run yet", and why."""

    status: str
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the run record with the state of each of its stages, by role."""

    arm: Arm
    seed: int
    keys: Mapping[str, str]
    states: Mapping[str, State]
    skip: str

    def done(self, *roles: str) -> bool:
        """Whether all these stages are there with a result."""
        return all(role in self.states and self.states[role].status == "done" for role in roles)

    @property
    def damaged(self) -> bool:
        """Whether anything that scores or costs are made of is damaged: then neither is whole."""
        return any(
            state.status == "damaged"
            for role, state in self.states.items()
            if not role.startswith(("analyse/", "overlap/"))
        )


def stage_state(store: Store, key: str) -> State:
    """The state of one stage in the store."""
    if store.has(key):
        record = store.record(key)
        if record["status"] == "declined":
            return State("declined", record["reason"] or "no reason given")
        return State("done")
    if problem := store.damage(key):
        return State("damaged", problem)
    if failure := store.failure(key):
        return State("failed", failure.get("message") or failure.get("type") or "no message")
    return State("not run yet")


def stage_states(record: Mapping[str, Any], store: Store) -> dict[str, State]:
    """The state of every stage that a cell names, by key; shared stages are looked up once."""
    keys = {key for cell in record["cells"] for key in cell["stages"].values()}
    return {key: stage_state(store, key) for key in sorted(keys)}


def read_cells(record: Mapping[str, Any], store: Store) -> list[Cell]:
    """The cells of a run record, in its order."""
    states = stage_states(record, store)
    return [
        Cell(
            Arm(*(cell["axes"][name] for name in Arm._fields)),
            cell["axes"]["seed"],
            cell["stages"],
            {role: states[key] for role, key in cell["stages"].items()}
            | {
                f"analyse/{label}": State("declined", reason)
                for label, reason in cell.get("without", {}).items()
            },
            cell.get("skip", ""),
        )
        for cell in record["cells"]
    ]


def unfinished(cells: Iterable[Cell]) -> tuple[Unfinished, ...]:
    """What is missing from these cells, seeds with the same reason in one entry."""
    seeds: dict[tuple[str, str, tuple[str, ...], str], list[int]] = {}
    for cell in cells:
        for status, stages, reason in _lacks(cell):
            seeds.setdefault((status, cell.arm.label, stages, reason), []).append(cell.seed)
    return tuple(
        Unfinished(status, label, tuple(found), stages, reason)
        for (status, label, stages, reason), found in seeds.items()
    )


def _lacks(cell: Cell) -> list[tuple[str, tuple[str, ...], str]]:
    if cell.skip:
        return [("skipped", (), cell.skip)]
    stopped: list[tuple[str, tuple[str, ...], str]] = [
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
    whole = not any(cell.done(role) for role in cell.states if role.startswith(("sft", "rft")))
    return [("not run yet", () if whole else tuple(waiting), "")]
