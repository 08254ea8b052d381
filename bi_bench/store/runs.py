"""Run records: which suite was run, and which stages its cells use."""

from __future__ import annotations

from pathlib import Path

from bi_bench.api.errors import UserError, did_you_mean
from bi_bench.artifacts.run_record import FILE as RUN
from bi_bench.artifacts.run_record import RunRecord

_LONGEST = 200  # bytes of a name: file systems end at 255


def run_folder(runs: Path, name: str) -> Path:
    """The folder of a run, whether it exists or not.

    Raises:
        UserError: the name would lie outside the folder of runs.
    """
    if not name or name.startswith(".") or "/" in name or len(name.encode()) > _LONGEST:
        raise UserError(f'"{name:.60}" cannot name a run; write <suite>-<digest>')
    return runs / name


def write_run(runs: Path, name: str, record: RunRecord) -> None:
    """Write a run record; its ``stages`` are the keys that garbage collection keeps."""
    record.write(run_folder(runs, name) / RUN)


def list_runs(runs: Path) -> list[str]:
    """The names of all runs, sorted."""
    return sorted(path.parent.name for path in runs.glob(f"*/{RUN}"))


def read_run(runs: Path, name: str) -> RunRecord:
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
        raise UserError(f'{runs}: no run has the name "{name}"{hint}')
    return RunRecord.read(path)
