"""The fork server: one process that imports the heavy libraries once and forks for each stage."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerProcess
from types import ModuleType
from typing import Any

from bi_bench.engines import child

_CONTEXT = get_context("forkserver")


class Server:
    """Starts lazily, with the first process; ``stop`` ends it and frees its memory."""

    def __init__(self, preload: Sequence[str], threads: int) -> None:
        self._preload = [child.__name__, *preload]
        _CONTEXT.set_forkserver_preload(self._preload)
        self._environment = {
            "OMP_NUM_THREADS": str(threads),
            "MKL_NUM_THREADS": str(threads),
            "TOKENIZERS_PARALLELISM": "false",
            # The order of a set of strings must not differ from run to run.
            "PYTHONHASHSEED": "0",
            # Asking whether there is a GPU must not open CUDA: a fork could not use it any more.
            "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
            # The server finds modules where this process does, and never in the working folder.
            "PYTHONSAFEPATH": "1",
            "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
        }
        self._search = {name: os.environ.get(name) for name in ("PYTHONSAFEPATH", "PYTHONPATH")}

    def start(
        self, stage: str, root: str, entry: str, token: str, environment: Mapping[str, str]
    ) -> ForkServerProcess:
        """A running worker process; see :func:`bi_bench.engines.child.main`."""
        text = json.dumps({**self._search, **environment})
        process = _CONTEXT.Process(
            target=child.main, args=(stage, root, entry, token, text), name=token
        )
        with _environment(self._environment), _interrupt_ignored():
            forkserver.ensure_running()
        try:
            with _nameless_main():
                process.start()
        except (EOFError, ConnectionError) as error:
            raise RuntimeError(
                f"the fork server ended while it imported {', '.join(self._preload)}; "
                "its own message stands above"
            ) from error
        return process

    def stop(self) -> None:
        """End the server; the workers must have ended. Does nothing if it never started."""
        server: Any = forkserver._forkserver  # has no public way to stop it
        if server._forkserver_pid is not None:
            # Killed, because one that is still importing would be slow to notice.
            os.kill(server._forkserver_pid, signal.SIGKILL)
            server._stop()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


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
