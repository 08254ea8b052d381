"""A stage that is being written: a temporary folder that becomes the stage by one rename."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bi_bench.store.digests import LOG, RECORD, list_files
from bi_bench.store.files import sync_folder, write_json
from bi_bench.store.seal import write_sealed

SCHEMA = 1
"""Version of ``stage.json``; a record of another version does not count as there."""


@dataclass
class Work:
    """The temporary folder of one stage, held under the stage's lock."""

    key: str
    folder: Path
    target: Path
    failure: Path
    committed: bool = False

    def commit(
        self, stage: Mapping[str, Any], costs: Mapping[str, Any], declined: str | None = None
    ) -> None:
        """Make the folder the stage.

        ``stage`` is the stage as JSON: its kind, label, identity and parents are recorded.
        ``costs`` are measured numbers (``wall_seconds``, ``peak_memory_mb``, ``tokens_trained``,
        ``tokens_generated``), kept in a separate file because they differ from run to run.
        A ``declined`` stage records the reason and keeps nothing but its log. Of all other files
        the record has size and SHA-256.
        """
        if declined is not None:
            _clear(self.folder, keep=LOG)
        record = {
            "schema": SCHEMA,
            "key": self.key,
            "kind": stage["kind"],
            "label": stage["label"],
            "identity": stage["identity"],
            "parents": dict(stage["parents"]),
            "status": "done" if declined is None else "declined",
            "reason": declined,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_json(self.folder / "costs.json", costs)
        # After a power cut a stage.json must not stand next to empty files: data first.
        sync_folder(self.folder)
        write_sealed(self.folder / RECORD, {**record, "files": list_files(self.folder)})
        self.folder.rename(self.target)
        self.committed = True
        self.failure.unlink(missing_ok=True)


def _clear(folder: Path, keep: str) -> None:
    for path in folder.iterdir():
        if path.name == keep:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
