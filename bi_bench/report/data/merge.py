"""Several runs as one: the union of their cells, in one record over all of their stores."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bi_bench.api import UserError
from bi_bench.report.data.cells import Arm
from bi_bench.store import Failure, Store

_TRAINED = ("problems/sft", "problems/rl")  # drawn anew for each seed
Cell = dict[str, Any]


class Run(NamedTuple):
    """One run with the store that its stages are in."""

    name: str
    record: Mapping[str, Any]
    store: Store


class Shelves(Store):
    """The stages of several stores, to read; runs have ``root`` alone for a folder."""

    def __init__(self, root: Path, stores: Sequence[Store]) -> None:
        super().__init__(root, published=True)  # each store looks at its own stages
        self._stores = tuple(stores)

    def folder(self, key: str) -> Path:
        """Where the stage lies: in the first store that has it."""
        return next((s.folder(key) for s in self._stores if s.has(key)), super().folder(key))

    def damage(self, key: str, *, weights: bool = False) -> str:
        """What is wrong with a stage that no store has whole."""
        if any(store.has(key, weights=weights) for store in self._stores):
            return ""
        found = (store.damage(key, weights=weights) for store in self._stores)
        return next(filter(None, found), "")

    def failure(self, key: str) -> Failure | None:
        """Why the last attempt at a stage failed, in whatever store that was."""
        return next((failed for s in self._stores if (failed := s.failure(key))), None)

    def run_folder(self, name: str) -> Path:
        """The folder of the one report that is made here."""
        return self.root


def join(runs: Sequence[Run], root: Path) -> tuple[dict[str, Any], Shelves]:
    """One record with the cells of all runs, and the store that it is about.

    Cells of an arm with the same settings become one arm with the seeds of all, and shared cells count
    once. An arm whose settings differ from those that an earlier run has under its label gets the
    run's name in its label; where the reference arm differs, all arms that are held against it do, so
    that contrasts stay inside a run. UserError where the runs have different reference arms.
    """
    first = runs[0]
    references = {run.record["suite"]["reference"]: run.name for run in runs}
    if len(references) > 1:
        told = ", ".join(f'"{label}" in {name}' for label, name in references.items())
        raise UserError(f"runs with different reference arms have no report in common: {told}")
    record = copy.deepcopy(dict(first.record))
    shelves = Shelves(root, [run.store for run in runs])
    joined: dict[Arm, dict[int, Cell]] = {}
    algorithms: dict[str, tuple[str, Run]] = {}
    notes = []
    for run in runs:
        renamed = _labels(run, joined, shelves)
        for arm, label in renamed.items():
            if label.algorithm != arm.algorithm:
                algorithms[label.algorithm] = (arm.algorithm, run)
        for cell in run.record["cells"]:
            arm = _arm(cell)
            label = renamed.get(arm, arm)
            axes = {**cell["axes"], **label._asdict()}
            seeds = joined.setdefault(label, {})
            seed = cell["axes"]["seed"]
            # A cell that failed in one run may be finished in another.
            if seed not in seeds or len(cell["stages"]) > len(seeds[seed]["stages"]):
                seeds[seed] = {**copy.deepcopy(cell), "axes": axes}
        if renamed:
            notes.append(f"{run.name} differs in settings")
    record["cells"] = [seeds[seed] for seeds in joined.values() for seed in sorted(seeds)]
    record["stages"] = sorted({k for cell in record["cells"] for k in cell["stages"].values()})
    suite = record["suite"]
    suite["name"] = " + ".join(dict.fromkeys(run.name for run in runs))
    suite["description"] = "; ".join([f"{len(runs)} runs as one", *notes]) + "."
    if any(run.record["suite"].get("primary") != suite.get("primary") for run in runs):
        suite.pop("primary", None)  # no contrast was declared for all of them
    suite["published"] = _together(runs, "published")
    for part in ("drawings", "rewards", "strategies"):
        merged: dict[str, Any] = {}
        for run in reversed(runs):
            merged |= run.record["suite"].get(part, {})
        suite[part] = merged
    for algorithm, (old, run) in algorithms.items():
        suite["rewards"][algorithm] = run.record["suite"].get("rewards", {}).get(old, [])
    suite["runs"] = {algorithm: run.name for algorithm, (_, run) in algorithms.items()}
    record["command"] = "; ".join(run.record.get("command", "") for run in runs)
    return record, shelves


def _labels(run: Run, joined: Mapping[Arm, Mapping[int, Cell]], store: Store) -> dict[Arm, Arm]:
    """New labels for the arms of a run that the runs before it have with other settings."""
    cells: dict[Arm, list[Cell]] = {}
    for cell in run.record["cells"]:
        cells.setdefault(_arm(cell), []).append(cell)
    differ = {
        arm for arm, mine in cells.items() if arm in joined and not _alike(mine, joined[arm], store)
    }
    reference = run.record["suite"]["reference"]
    renamed = {}
    for arm in cells:
        if arm._replace(strategy=reference) in differ:
            renamed[arm] = arm._replace(algorithm=f"{arm.algorithm} ({run.name})")
        elif arm in differ:
            renamed[arm] = arm._replace(strategy=f"{arm.strategy} ({run.name})")
    return renamed


def _alike(mine: Sequence[Cell], theirs: Mapping[int, Cell], store: Store) -> bool:
    """Whether the cells of an arm in two runs were made by the same settings."""
    for cell in mine:
        same = theirs.get(cell["axes"]["seed"])
        if same is not None and _conflict(cell["stages"], same["stages"]):
            return False
    one, two = _settings(mine, store), _settings(list(theirs.values()), store)
    return all(one[role] == two[role] for role in one if role in two)


def _conflict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether a seed is another stage in the other run."""
    return any(one[role] != other[role] for role in one if role in other)


def _settings(cells: Sequence[Cell], store: Store) -> dict[str, Any]:
    """By role what made the first stage of it that is there, without seeds and parents."""
    found: dict[str, Any] = {}
    for cell in cells:
        for role, key in cell["stages"].items():
            if role not in found and store.has(key):
                identity = store.record(key)["identity"]
                # Other splits are the same under every seed, down to the key.
                free = role in _TRAINED or not role.startswith("problems/")
                hidden = ("seed", "parents") if free else ()
                found[role] = {k: v for k, v in identity.items() if k not in hidden}
    return found


def _arm(cell: Mapping[str, Any]) -> Arm:
    return Arm(*(cell["axes"][name] for name in Arm._fields))


def _together(runs: Sequence[Run], part: str) -> list[Any]:
    found: list[Any] = []
    for run in runs:
        found += [one for one in run.record["suite"].get(part, ()) if one not in found]
    return found
