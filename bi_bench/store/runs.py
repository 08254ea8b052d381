"""Run records: which suite was run, and which stages its cells use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bi_bench.api.errors import UserError, did_you_mean
from bi_bench.store.seal import read_sealed, write_sealed

RUN = "run.json"
_LONGEST = 200  # bytes of a name: file systems end at 255
# What records of before digests hold.
_OLD = ("schema", "suite", "numerics", "command", "versions", "machines", "cells", "stages")


def run_folder(runs: Path, name: str) -> Path:
    """The folder of a run, whether it exists or not.

    Raises:
        UserError: the name would lie outside the folder of runs.
    """
    if not name or name.startswith(".") or "/" in name or len(name.encode()) > _LONGEST:
        raise UserError(f'"{name:.60}" cannot name a run; write <suite>-<digest>')
    return runs / name


def write_run(runs: Path, name: str, record: Mapping[str, Any]) -> None:
    """Write a run record; ``record["stages"]`` names the keys that garbage collection keeps."""
    write_sealed(run_folder(runs, name) / RUN, record)


def list_runs(runs: Path) -> list[str]:
    """The names of all runs, sorted."""
    return sorted(path.parent.name for path in runs.glob(f"*/{RUN}"))


def read_run(runs: Path, name: str) -> dict[str, Any]:
    """Read a run record.

    Raises:
        UserError: there is no run of this name, or its record is damaged.
    """
    path = run_folder(runs, name) / RUN
    if not path.is_file():
        known = list_runs(runs)
        hint = did_you_mean(name, known) or (
            "; known runs: " + ", ".join(known) if known else "; it holds no run yet"
        )
        raise UserError(f'{runs}: no run is called "{name}"{hint}')
    found = read_sealed(path, _OLD)
    if found is None:
        raise UserError(
            f"{path}: not a JSON object, or not the one that was written; run the suite again, which "
            "writes it anew, or delete the folder"
        )
    return found[0]
