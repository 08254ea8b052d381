"""A stage that is being written: a temporary folder that becomes the stage by one rename."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.files import sync_folder
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.store.digests import LOG, list_files


@dataclass
class Work:
    """The temporary folder of one stage, held under the stage's lock."""

    key: str
    folder: Path
    target: Path
    failure: Path
    committed: bool = False

    def commit(self, stage: StageRecord, costs: Costs) -> None:
        """Make the folder the stage.

        Costs have a file of their own because they differ from run to run. A stage that is declined
        keeps nothing but its log. Of all other files the record gets size and SHA-256.
        """
        if stage.status == "declined":
            _clear(self.folder, keep=LOG)
        costs.write(self.folder)
        # After a power cut a stage.json must not stand beside empty files: data first.
        sync_folder(self.folder)
        made = {"key": self.key, "created": datetime.now(UTC).isoformat(timespec="seconds")}
        stage.model_copy(update={**made, "files": list_files(self.folder)}).write(self.folder)
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
