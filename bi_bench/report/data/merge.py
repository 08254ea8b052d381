"""Merges several runs: the union of their cells, in one record over all of their stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bi_bench.api import UserError
from bi_bench.artifacts.artifact import JsonObject
from bi_bench.artifacts.role import Role, problems
from bi_bench.artifacts.run_record import CellRecord, SuiteRecord
from bi_bench.artifacts.stage_record import Failure
from bi_bench.report.data.cells import Arm
from bi_bench.report.data.results import Results
from bi_bench.store import Store

_TRAINED = (problems("sft"), problems("rl"))  # drawn anew for each seed
# What the suites of several runs have by the labels of their entries.
_BY_LABEL = ("drawings", "informed", "rewards", "strategies")


class Shelves(Store):
    """The stages of several stores, to read; runs have ``root`` alone for a folder."""

    def __init__(self, root: Path, stores: Sequence[Store]) -> None:
        super().__init__(root, published=True)  # each store looks at its own stages
        self._stores = tuple(stores)

    def folder(self, key: str) -> Path:
        """The folder of a stage, in the first store that has it."""
        return next((s.folder(key) for s in self._stores if s.has(key)), super().folder(key))

    def damage(self, key: str, *, weights: bool = False) -> str:
        """The damage to a stage that no store has undamaged."""
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


def merge(runs: Sequence[Results], root: Path) -> Results:
    """The cells of all runs in one record, with the store that it is about.

    Cells of an arm with the same settings become one arm with the seeds of all, and shared cells count
    once. An arm whose settings differ from those that an earlier run has under its label gets the
    run's name in its label; where the reference arm differs, all arms that are compared with it do, so
    that contrasts stay inside a run. UserError where the runs have different reference arms.
    """
    references = {run.suite.reference: run.name for run in runs}
    if len(references) > 1:
        named = ", ".join(f'"{label}" in {name}' for label, name in references.items())
        raise UserError(f"runs with different reference arms cannot share a report: {named}")
    shelves = Shelves(root, [run.store for run in runs])
    merged: dict[Arm, dict[int, CellRecord]] = {}
    algorithms: dict[str, tuple[str, Results]] = {}
    notes = []
    for run in runs:
        renamed = _labels(run, merged, shelves)
        for arm, label in renamed.items():
            if label.algorithm != arm.algorithm:
                algorithms[label.algorithm] = (arm.algorithm, run)
        for cell in run.record.cells:
            arm = Arm.at(cell.axes)
            label = renamed.get(arm, arm)
            seeds = merged.setdefault(label, {})
            seed = cell.axes.seed
            # A cell that failed in one run may be finished in another.
            if seed not in seeds or len(cell.stages) > len(seeds[seed].stages):
                axes = cell.axes.model_copy(update=label._asdict())
                seeds[seed] = cell.model_copy(update={"axes": axes})
        if renamed:
            notes.append(f"{run.name} differs in settings")
    cells = tuple(seeds[seed] for seeds in merged.values() for seed in sorted(seeds))
    changes = {
        "suite": _suite(runs, algorithms, notes),
        "cells": cells,
        "command": "; ".join(run.record.command for run in runs),
    }
    record = runs[0].record.model_copy(update=changes)
    record = record.model_copy(update={"stages": tuple(record.stage_keys())})
    return Results(record, shelves, "+".join(run.name for run in runs))


def _suite(
    runs: Sequence[Results], algorithms: Mapping[str, tuple[str, Results]], notes: Sequence[str]
) -> SuiteRecord:
    """One suite for all runs; ``algorithms`` are those that got another label, with the old one."""
    first = runs[0].suite
    changes: dict[str, Any] = {
        "name": " + ".join(dict.fromkeys(run.name for run in runs)),
        "description": "; ".join([f"{len(runs)} runs as one", *notes]) + ".",
        "published": tuple(dict.fromkeys(one for run in runs for one in run.suite.published)),
        "runs": {algorithm: run.name for algorithm, (_, run) in algorithms.items()},
    }
    if any(run.suite.primary != first.primary for run in runs):
        changes["primary"] = None  # no contrast was declared for all of them
    for part in _BY_LABEL:
        joined: dict[str, Any] = {}
        for run in reversed(runs):
            joined |= getattr(run.suite, part) or {}
        changes[part] = joined
    for algorithm, (old, run) in algorithms.items():
        changes["rewards"][algorithm] = run.suite.rewards.get(old, ())
        changes["informed"][algorithm] = run.suite.is_informed(old)
    return first.model_copy(update=changes)


def _labels(
    run: Results, merged: Mapping[Arm, Mapping[int, CellRecord]], store: Store
) -> dict[Arm, Arm]:
    """New labels for the arms of a run that the runs before it have with other settings."""
    cells: dict[Arm, list[CellRecord]] = {}
    for cell in run.record.cells:
        cells.setdefault(Arm.at(cell.axes), []).append(cell)
    differ = {
        arm for arm, mine in cells.items() if arm in merged and not _alike(mine, merged[arm], store)
    }
    renamed = {}
    for arm in cells:
        if arm._replace(strategy=run.suite.reference) in differ:
            renamed[arm] = arm._replace(algorithm=f"{arm.algorithm} ({run.name})")
        elif arm in differ:
            renamed[arm] = arm._replace(strategy=f"{arm.strategy} ({run.name})")
    return renamed


def _alike(mine: Sequence[CellRecord], theirs: Mapping[int, CellRecord], store: Store) -> bool:
    """True where the cells of an arm in two runs were made by the same settings."""
    for cell in mine:
        same = theirs.get(cell.axes.seed)
        if same is not None and _conflict(cell.stages, same.stages):
            return False
    one, two = _settings(mine, store), _settings(list(theirs.values()), store)
    return all(one[role] == two[role] for role in one if role in two)


def _conflict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """True where a role of a seed is another stage in the other run."""
    return any(one[role] != other[role] for role in one if role in other)


def _settings(cells: Sequence[CellRecord], store: Store) -> dict[Role, JsonObject]:
    """By role what made the first stage of it that is there, without seeds and parents."""
    found: dict[Role, JsonObject] = {}
    for cell in cells:
        for role, key in cell.by_role():
            if role not in found and store.has(key):
                record = store.record(key)
                # Other splits are the same under every seed, down to the key.
                free = role in _TRAINED or role.part != "problems"
                found[role] = record.settings if free else record.identity
    return found
