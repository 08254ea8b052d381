"""The store: ``stages/<key>/`` and ``runs/<name>/run.json`` below one folder."""

from __future__ import annotations

import secrets
import shutil
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bi_bench.api.digest import digest_json
from bi_bench.api.errors import UserError
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.run_record import RunRecord
from bi_bench.artifacts.stage_record import FILE, Failure, StageRecord, StoredStage, read_stage
from bi_bench.store import garbage, runs
from bi_bench.store.digests import Verifier
from bi_bench.store.lock import Busy, exclusive
from bi_bench.store.work import Work


class Damage(RuntimeWarning):
    """A stage that counts as missing because a file of it is not what was written."""


class Store:
    """All results below one folder; nothing inside names the folder, so it can be moved.

    A stage is there once ``stages/<key>/stage.json`` is, which one rename brings about: killing
    a process at any moment leaves whole stages and temporary folders, never half a stage.
    """

    def __init__(self, root: Path, *, published: bool = False) -> None:
        self.root = root.absolute()
        self.stages = self.root / "stages"
        self.runs = self.root / "runs"
        # What was published has no digests, and identities without the paths of a machine.
        self._published = published
        self._verifier = Verifier()

    def folder(self, key: str) -> Path:
        """The folder of the stage, whether it exists or not."""
        return self.stages / key

    def has(self, key: str, *, weights: bool = False) -> bool:
        """True if the stage is there, done or declined, and what it wrote is what is there now.

        A damaged one counts as missing, with a warning that names the file. Weights are known by
        their size unless ``weights`` asks for more: whoever loads them verifies them.
        """
        seen = self.folder(key).exists()  # asked first: a rename in between is no broken folder
        problem = self.damage(key, weights=weights)
        if problem and seen and self.folder(key).exists():
            # Always from this line: Python shows the same warning once.
            warnings.warn(
                f"{self.folder(key)}: {problem}; {self.describe(key)} counts as missing and is "
                "computed again",
                Damage,
                stacklevel=1,
            )
        return not problem and self._read(key).record is not None

    def damage(self, key: str, *, weights: bool = False) -> str:
        """The first damaged file of a stage and its fault; empty if the stage is intact."""
        name, problem = next(self.damages(key, weights=weights), ("", ""))
        return f"{name} {problem}" if name else ""

    def damages(self, key: str, *, weights: bool = True) -> Iterator[tuple[str, str]]:
        """The damaged files of a stage, each with its fault; nothing if the stage is not there."""
        record, _, problem = self._read(key)
        if problem and self.folder(key).exists():
            yield FILE, problem
        elif record is not None:
            yield from self._verifier.damages(self.folder(key), record.files, weights)

    def describe(self, key: str) -> str:
        """ "the stage sft · vanilla", for a message."""
        record = self._read(key).record
        return f"the stage {record.name}" if record else "the stage"

    def seal(self, key: str) -> str:
        """A digest of the stage as it was committed; empty where it was made without."""
        return self._read(key).digest

    def record(self, key: str) -> StageRecord:
        """The record of a stage.

        Raises:
            UserError: the stage is not there.
        """
        record = self._read(key).record
        if record is None:
            raise UserError(f"{self.stages}: no stage {key}; run the suite that needs it")
        return record

    def records(self, kind: str) -> Iterator[StageRecord]:
        """The records of all stages of a kind."""
        for key in self.list_stages():
            record = self._read(key).record
            if record is not None and record.kind == kind:
                yield record

    def list_stages(self) -> list[str]:
        """The keys of all stages, damaged ones too, sorted."""
        return sorted(path.name for path in self.stages.glob("*") if "." not in path.name)

    def costs(self, key: str) -> Costs:
        """What the stage cost; empty where nothing was measured."""
        folder = self.folder(key)
        return Costs.read(folder) if (folder / Costs.FILE).is_file() else Costs()

    @contextmanager
    def begin(self, key: str, token: str | None = None) -> Iterator[Work]:
        """Lock a stage and open a fresh temporary folder for it, removed unless committed.

        ``token`` names the folder for someone who wants to look into it meanwhile; by default it
        is random. What killed processes left of this stage is removed first.

        Raises:
            Busy: another process is writing the stage.
        """
        self.stages.mkdir(parents=True, exist_ok=True)
        with exclusive(self.stages / f"{key}.lock"):
            for path in garbage.leftovers(self.stages, key):
                garbage.delete(path)
            whole = self._read(key).record is not None and not self.damage(key, weights=True)
            if not whole and self.folder(key).exists():
                garbage.delete(self.folder(key))
            folder = self.temporary(key, token or secrets.token_hex(4))
            folder.mkdir()
            work = Work(key, folder, self.folder(key), self._failure(key))
            try:
                yield work
            finally:
                if not work.committed:
                    shutil.rmtree(folder, ignore_errors=True)

    def temporary(self, key: str, token: str) -> Path:
        """The temporary folder that :meth:`begin` opens for this token."""
        return self.stages / f"{key}.tmp-{token}"

    def discard(self, key: str) -> None:
        """Remove what a dead process left of a stage that it was writing."""
        if self.stages.is_dir():
            with suppress(Busy), exclusive(self.stages / f"{key}.lock"):
                for path in garbage.leftovers(self.stages, key):
                    garbage.delete(path)

    def failure(self, key: str) -> Failure | None:
        """Why the last attempt at a stage failed."""
        return Failure.read(self._failure(key))

    def failed_at(self, key: str) -> int | None:
        """When the last attempt at a stage failed, in nanoseconds; None if there is no record of it."""
        with suppress(FileNotFoundError):
            return self._failure(key).stat().st_mtime_ns
        return None

    def write_failure(self, key: str, failure: Failure) -> None:
        """Record a failure; the next commit of the stage removes it."""
        failure.write(self._failure(key))

    def run_folder(self, name: str) -> Path:
        """The folder of a run: its record, and room for what is made from it."""
        return runs.run_folder(self.runs, name)

    def write_run(self, name: str, record: RunRecord) -> None:
        """Write ``runs/<name>/run.json``; do so before running, to keep its stages from gc."""
        runs.write_run(self.runs, name, record)

    def read_run(self, name: str) -> RunRecord:
        """Read ``runs/<name>/run.json``.

        Raises:
            UserError: the run is not found, or its record is damaged.
        """
        return runs.read_run(self.runs, name)

    def list_runs(self) -> list[str]:
        """The names of all runs, sorted."""
        return runs.list_runs(self.runs)

    def gc(self, keep: Iterable[str] = (), dry_run: bool = False) -> garbage.Collected:
        """Delete the stages that neither a run record nor ``keep`` names.

        Raises:
            UserError: a run record cannot be read; nothing is deleted then.
        """
        named = {key for name in self.list_runs() for key in self.read_run(name).stages}
        return garbage.collect(self.stages, named | set(keep), dry_run)

    def _read(self, key: str) -> StoredStage:
        """A stage's record; none where what it says of its own key is not so."""
        found = read_stage(self.folder(key))
        if (record := found.record) is None:
            return found
        trusted = found.digest or self._published
        edited = not trusted and digest_json(record.identity) != key
        if edited or record.key != key:
            return StoredStage(None, problem="holds an identity that has another key")
        return found

    def _failure(self, key: str) -> Path:
        return self.stages / f"{key}.failed.json"
