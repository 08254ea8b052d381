"""The store: ``stages/<key>/`` and ``runs/<name>/run.json`` below one folder."""

from __future__ import annotations

import secrets
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from bi_bench.api.errors import UserError
from bi_bench.store import garbage, runs
from bi_bench.store.files import read_json, write_json
from bi_bench.store.lock import Busy, exclusive
from bi_bench.store.work import SCHEMA, Work


class Store:
    """All results below one folder; nothing inside names the folder, so it can be moved.

    A stage is there once ``stages/<key>/stage.json`` is, which one rename brings about: killing
    a process at any moment leaves whole stages and temporary folders, never half a stage.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.stages = self.root / "stages"
        self.runs = self.root / "runs"

    def folder(self, key: str) -> Path:
        """Where the stage lies, or will lie."""
        return self.stages / key

    def has(self, key: str) -> bool:
        """Whether the stage is there, done or declined; warns about a folder without record."""
        seen = self.folder(key).exists()  # asked first: a rename in between is no broken folder
        if self._read(key) is not None:
            return True
        if seen and self.folder(key).exists():
            warnings.warn(
                f"{self.folder(key)} has no readable stage.json of schema {SCHEMA}; "
                "the stage counts as missing and is built again",
                RuntimeWarning,
                stacklevel=2,
            )
        return False

    def record(self, key: str) -> dict[str, Any]:
        """The stage's ``stage.json``.

        Raises:
            UserError: the stage is not there.
        """
        record = self._read(key)
        if record is None:
            raise UserError(f"{self.stages}: no stage {key}; run the suite that needs it")
        return record

    def records(self, kind: str) -> Iterator[dict[str, Any]]:
        """The records of all stages of a kind."""
        for folder in sorted(self.stages.glob("*")):
            record = self._read(folder.name)
            if record is not None and record["kind"] == kind:
                yield record

    def costs(self, key: str) -> dict[str, Any]:
        """What the stage cost (seconds, MB, tokens); empty where nothing was measured."""
        return read_json(self.folder(key) / "costs.json") or {}

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
            if self._read(key) is None and self.folder(key).exists():
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

    def failure(self, key: str) -> dict[str, Any] | None:
        """Why the last attempt at a stage failed: type, message, traceback, user, log."""
        return read_json(self._failure(key))

    def write_failure(self, key: str, failure: Mapping[str, Any]) -> None:
        """Record a failure; the next commit of the stage removes it."""
        write_json(self._failure(key), failure)

    def run_folder(self, name: str) -> Path:
        """The folder of a run: its record, and room for what is made from it."""
        return runs.run_folder(self.runs, name)

    def write_run(self, name: str, record: Mapping[str, Any]) -> None:
        """Write ``runs/<name>/run.json``; do so before running, to keep its stages from gc."""
        runs.write_run(self.runs, name, record)

    def read_run(self, name: str) -> dict[str, Any]:
        """Read ``runs/<name>/run.json``.

        Raises:
            UserError: there is no such run.
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
        named = {key for name in self.list_runs() for key in self.read_run(name)["stages"]}
        return garbage.collect(self.stages, named | set(keep), dry_run)

    def _read(self, key: str) -> dict[str, Any] | None:
        record = read_json(self.folder(key) / "stage.json")
        if record is None or record.get("schema") != SCHEMA or record.get("key") != key:
            return None
        return record

    def _failure(self, key: str) -> Path:
        return self.stages / f"{key}.failed.json"
