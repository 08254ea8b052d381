"""The first function of a worker process: it leaves a stage in the store, or a record of why not."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

from bi_bench.engines.perform import failure, perform
from bi_bench.plan.stage import Stage
from bi_bench.store import Busy, Store, Work

FAILED = 70
BUSY = 75
UNRECORDED = 100
_SECONDS_TO_END = 5.0  # that what a stage has left over may take, such as a thread


def main(stage: str, root: str, entry: str, token: str, environment: str) -> None:
    """Run one stage in this process; all arguments are text.

    Exits with 0 (the stage is in the store), FAILED (a failure is recorded), BUSY (another process
    is writing the stage, or has just written it), or UNRECORDED plus the error number that kept
    the failure from being recorded.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.setsid()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for name, value in json.loads(environment).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    tempfile.tempdir = None  # the fork server may have looked before TMPDIR was set
    code = _run(Stage.from_json(json.loads(stage)), Store(Path(root)), entry, token)
    # The stage is over, whatever thread or process it has left.
    threading.Thread(target=_end_soon, args=(code,), daemon=True).start()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    sys.exit(code)


def _run(stage: Stage, store: Store, entry: str, token: str) -> int:
    try:
        with store.begin(stage.key, token) as work:
            if store.has(stage.key):
                return BUSY
            log = _capture_output(work)
            # The one boundary where any error becomes a record: the engine outlives a stage.
            try:
                perform(stage, store, work, entry)
                return 0
            except (Exception, SystemExit) as error:
                failed = failure(error, tail(log))
        # Only now, when the folder of the stage is gone: a full disk has room again.
        store.write_failure(stage.key, failed)
    except Busy:
        return BUSY
    except OSError as error:
        return UNRECORDED + (error.errno or 0)
    return FAILED


def _end_soon(code: int) -> None:
    time.sleep(_SECONDS_TO_END)
    os._exit(code)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.killpg(0, signal.SIGKILL)  # what this stage has started goes too


def _capture_output(work: Work) -> Path:
    """Send stdout and stderr, also of what this process starts, to the log of the stage."""
    log = work.folder / "log.txt"
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
        stream.flush()
        os.dup2(descriptor, number)
        # Line by line, so that the log of a killed process is complete.
        stream.reconfigure(line_buffering=True, errors="backslashreplace")  # type: ignore[union-attr]
    os.close(descriptor)
    return log


def tail(log: Path, lines: int = 30) -> str:
    """The last lines of a log; empty if it is missing."""
    try:
        with log.open(encoding="utf-8", errors="replace") as file:
            return "".join(deque(file, maxlen=lines))
    except FileNotFoundError:
        return ""
