"""The record of a failed attempt at a stage: the exception, and the last lines printed."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from bi_bench.store.seal import read_sealed, write_sealed


class Failure(TypedDict):
    """Type and message of an exception; ``user`` marks what the user of a suite can correct.

    ``traceback`` and ``log``, the last lines that were printed, may be empty.
    """

    type: str
    message: str
    traceback: str
    user: bool
    log: str


def write_failure(path: Path, failure: Failure) -> None:
    """Write the record with a digest of its content, atomically."""
    write_sealed(path, failure)


def read_failure(path: Path) -> Failure | None:
    """The record at ``path``, None if it is missing; a damaged one counts as a failure too."""
    if found := read_sealed(path, Failure.__annotations__):
        data = found[0]
        return {
            "type": data.get("type", ""),
            "message": data.get("message", ""),
            "traceback": data.get("traceback", ""),
            "user": data.get("user", False),
            "log": data.get("log", ""),
        }
    if not path.is_file():
        return None
    reason = f"{path.name} is not what was written, so the reason is lost"
    return {"type": "Damage", "message": reason, "traceback": "", "user": False, "log": ""}
