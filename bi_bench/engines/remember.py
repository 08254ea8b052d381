"""Writes the record of a run that begins or goes on, with the kinds of machine that compute it."""

from __future__ import annotations

from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.machine.hardware import kind_of_machine
from bi_bench.store import Store


class Remembered(NamedTuple):
    """The run record as it is now, and warnings about it."""

    record: RunRecord
    warnings: list[str]


def remember_run(store: Store, name: str, record: RunRecord, *, computes: bool) -> Remembered:
    """Write the run record; this machine is added to its machines if it ``computes`` anything.

    An archive, in which nothing is left to compute, can go without a new record: a warning then.
    OSError where a run that computes cannot be written.
    """
    known: list[dict[str, str]] = []
    warnings = []
    try:
        known = list(store.read_run(name).machines) if name in store.list_runs() else []
    except UserError as damaged:
        warnings.append(str(damaged))
    here = [kind_of_machine()] if computes else []
    machines = known + [machine for machine in here if machine not in known]
    record = record.model_copy(update={"machines": tuple(machines)})
    try:
        store.write_run(name, record)
    except OSError as error:
        if computes:
            raise
        where = store.run_folder(name)
        warnings.append(f"{where}: run.json cannot be written: {error.strerror}")
    return Remembered(record, warnings)
