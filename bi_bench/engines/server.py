"""The fork server: one process that imports the heavy libraries once and forks for each stage."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from types import ModuleType
from typing import Any

from bi_bench.engines import child
from bi_bench.engines.environment import worker_environment

_CONTEXT = get_context("forkserver")


class Server:
    """Starts lazily, with the first process; ``stop`` ends it and frees its memory."""

    def __init__(self, preload: Sequence[str], threads: int) -> None:
        self._preload = [child.__name__, *preload]
        _CONTEXT.set_forkserver_preload(self._preload)
        self._threads = threads
        self._search = {name: os.environ.get(name) for name in ("PYTHONSAFEPATH", "PYTHONPATH")}

    def start(
        self, stage: str, root: str, entry: str, token: str, environment: Mapping[str, str]
    ) -> ForkServerProcess:
        """A running worker process; see :func:`bi_bench.engines.child.main`.

        Raises:
            RuntimeError: the fork server ended while it imported, twice.
        """
        text = json.dumps({**self._search, **environment})
        arguments = (stage, root, entry, token, text)
        try:
            return self._fork(arguments)
        except (EOFError, ConnectionError):  # killed, perhaps for want of memory
            self.stop()
        try:
            return self._fork(arguments)
        except (EOFError, ConnectionError) as error:
            raise RuntimeError(
                f"the fork server ended twice while it imported {', '.join(self._preload)}; "
                "see its message above"
            ) from error

    def _fork(self, arguments: tuple[str, ...]) -> ForkServerProcess:
        process = _CONTEXT.Process(target=child.main, args=arguments)
        with _environment(self._of_server()), _interrupt_ignored():
            forkserver.ensure_running()
        with _nameless_main():
            process.start()
        return process

    def _of_server(self) -> dict[str, str]:
        """It finds modules where this process does, and never in the working folder."""
        search = os.pathsep.join(path or os.getcwd() for path in sys.path)
        found = {"PYTHONSAFEPATH": "1", "PYTHONPATH": search}
        return worker_environment(os.environ, self._threads) | found

    def stop(self) -> None:
        """End the server; the workers must have ended. Does nothing if it never started."""
        server: Any = forkserver._forkserver  # has no public way to stop it
        if server._forkserver_pid is not None:
            # Killed, because one that is still importing would be slow to notice.
            with suppress(ProcessLookupError):
                os.kill(server._forkserver_pid, signal.SIGKILL)
            server._stop()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Processes started meanwhile inherit ``values`` and nothing else."""
    before = dict(os.environ)
    _become(values)
    try:
        yield
    finally:
        _become(before)


def _become(values: Mapping[str, str]) -> None:
    for name in set(os.environ) - set(values):
        del os.environ[name]
    os.environ.update(values)


@contextmanager
def _interrupt_ignored() -> Iterator[None]:
    """A process started meanwhile ignores Ctrl-C from birth, and its forks do too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Keeps a worker from importing the main script again: it finds no file to import."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
