"""A running stage as the engine sees it: its process, its reports and its outcome."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from bi_bench.api.engine import StageJob
from bi_bench.api.events import Event, Outcome, ProgressReport
from bi_bench.artifacts.stage_record import Failure
from bi_bench.engines import child
from bi_bench.engines.limit import overdue
from bi_bench.engines.reporter import read_progress
from bi_bench.engines.server import Server
from bi_bench.engines.stored import ended, failed, settled
from bi_bench.store import Store

_SERVER_ENDED = 255  # the exit code that multiprocessing gives a process whose fork server is gone


class Worker:
    """A process that runs one stage on leased devices.

    Its temporary files go into their own folder in ``scratch``, which is removed when it is killed.
    """

    def __init__(
        self,
        stage: StageJob,
        server: Server,
        devices: Sequence[str],
        scratch: Path,
    ) -> None:
        self.stage = stage
        self.devices = devices
        self._store = Store(stage.store)
        token = secrets.token_hex(4)
        self._folder = self._store.temporary(stage.key, token)
        self.begun = False
        self._report: ProgressReport | None = None
        self._overdue = False
        self._scratch = scratch / token
        self._scratch.mkdir()
        self._start = time.monotonic()
        self._process = server.start(
            json.dumps(stage.call.stage),
            str(stage.store),
            stage.call.entry,
            token,
            {"CUDA_VISIBLE_DEVICES": ",".join(devices), "TMPDIR": str(self._scratch)},
        )

    @property
    def sentinel(self) -> int:
        """Becomes ready when the process ends."""
        return self._process.sentinel

    @property
    def ended(self) -> bool:
        """True if the process has ended."""
        return not self._process.is_alive()

    @property
    def lost(self) -> str:
        """The signal from elsewhere that ended the process, worth a second try; else empty."""
        if self._overdue or self._store.has(self.stage.key):
            return ""
        return _lost(self._process.exitcode)

    def end_if_overdue(self) -> None:
        """Kill the process if it has run longer than its stage may."""
        limit = self.stage.limit
        if limit is not None and self.seconds > limit and not self._overdue:
            self._overdue = True
            self._end_all()

    @property
    def seconds(self) -> float:
        """Seconds since the process was requested."""
        return time.monotonic() - self._start

    def news(self) -> list[Event]:
        """Events since the last call: the start of the work, and its progress."""
        events = []
        if not self.begun and self._folder.exists():
            self.begun = True
            events.append(Event("started", self.stage))
        report = read_progress(self._folder)
        if report is not None and report != self._report:
            self._report = report
            events.append(Event("progress", self.stage, self.seconds, report=report))
        return events

    def outcome(self) -> Outcome | None:
        """The outcome of the stage whose process has ended; ``None`` if another process was writing it.

        The store decides, the exit code explains: a stage whose process died after the commit
        is finished.
        """
        code = self._process.exitcode
        log = child.tail(self._folder / "log.txt")
        self._end_all()
        self._clean_up()
        if self._store.has(self.stage.key):
            if code == child.BUSY:
                return settled(self._store, self.stage.key)
            return ended(self._store, self.stage.key, self.seconds)
        if code == child.BUSY:
            return None
        failure = self._store.failure(self.stage.key) if code == child.FAILED else None
        if self._overdue or failure is None:
            failure = _late(self.stage, log) if self._overdue else _crash(code, log)
            with suppress(OSError):  # the engine reports the failure anyway
                self._store.write_failure(self.stage.key, failure)
        return failed(failure, self.seconds)

    def kill(self) -> None:
        """End the process and all that it started, at once, and remove its temporary folder."""
        self._end_all()
        self._clean_up()

    def _end_all(self) -> None:
        """Kill the process, its group, and what it started in groups of their own."""
        pid = self._process.pid
        assert pid is not None
        family = []
        if not self.ended:
            with suppress(psutil.NoSuchProcess):
                family = psutil.Process(pid).children(recursive=True)
        # No such group: the process had not come so far as to open one.
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        if not self.ended:
            self._process.kill()

    def _clean_up(self) -> None:
        self._process.join()
        self._process.close()
        self._store.discard(self.stage.key)
        shutil.rmtree(self._scratch, ignore_errors=True)


def _late(stage: StageJob, log: str) -> Failure:
    message = overdue(stage.label, stage.limit or 0.0)
    return Failure(type="TimeLimit", message=message, user=True, log=log)


def _lost(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        cause = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"the worker process was killed by {name}{cause}"
    if code == _SERVER_ENDED:
        return "the worker process was lost with the fork server (often: out of memory)"
    return ""


def _crash(code: int | None, log: str) -> Failure:
    message = f"the worker process ended with exit code {code} and left no result"
    if lost := _lost(code):
        message = lost
    elif code is not None and code > child.UNRECORDED:
        message = f"{os.strerror(code - child.UNRECORDED)}: not even the failure could be written"
    return Failure(type="Crash", message=message, log=log)
