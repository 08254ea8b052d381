"""Garbage collection: deletes stages that no run record names, and leftovers of killed processes."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from bi_bench.artifacts.files import size
from bi_bench.store.lock import Busy, exclusive


class Collected(NamedTuple):
    """The count of stages and bytes that garbage collection freed, or would free."""

    stages: int
    bytes: int


def collect(stages: Path, keep: Collection[str], dry_run: bool) -> Collected:
    """Delete every stage that is not in ``keep``, and stale temporary folders of all stages.

    A stage that some process is writing is left alone.
    """
    count = freed = 0
    for key in sorted({path.name.partition(".")[0] for path in stages.glob("*")}):
        # Looking needs no lock where there is none to take: an archive cannot be written to.
        free = dry_run and not os.access(stages, os.W_OK)
        try:
            with nullcontext() if free else exclusive(stages / f"{key}.lock"):
                stale = leftovers(stages, key)
                named = [] if key in keep else [stages / key, stages / f"{key}.failed.json"]
                doomed = stale + [path for path in named if path.exists()]
                count += stages / key in doomed
                freed += sum(size(path) for path in doomed)
                if not dry_run:
                    for path in doomed:
                        delete(path)
        except Busy:
            continue
    return Collected(count, freed)


def leftovers(stages: Path, key: str) -> list[Path]:
    """Temporary folders of a stage; stale if the caller holds the stage's lock."""
    return list(stages.glob(f"{key}.tmp-*"))


def delete(path: Path) -> None:
    """Delete a file or a folder; a folder stops being a stage before its first file goes."""
    if not path.is_dir():
        path.unlink()
        return
    if ".tmp-" not in path.name:
        path = path.rename(path.with_name(f"{path.name}.tmp-{secrets.token_hex(4)}"))
    shutil.rmtree(path)
