"""Calls a function in a process of its own, with a bound on time and memory.

Graders call sympy and the verifiers of other packages on whatever a model wrote. Nothing within a
process can stop them: signals reach the main thread alone, and rewards are computed in others.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

SECONDS = 1.0  # of processor time, so that verdicts do not depend on what else a machine does
_MEMORY = 2 * 2**30  # bytes of addresses
_STARTED = b"started\n"

_lock = threading.Lock()
_worker: subprocess.Popen[bytes] | None = None


def call(function: str, *arguments: Any, made_by: Sequence[Any] | None = None) -> Any:
    """The result of ``"module:function"`` for arguments that JSON can hold; with ``made_by`` what the
    function that it makes of these returns, which is made once and is not bounded.

    None where it raises, or takes more than ``SECONDS`` or too much memory. RuntimeError where there
    is no function to call: that is no matter of the arguments.
    """
    request = json.dumps([function, made_by, arguments]).encode() + b"\n"
    with _lock:
        try:
            started, reply = _asked(request)
        except BaseException:  # such as Ctrl-C: the next request must not get this reply
            _stop()
            raise
        if started != _STARTED:
            _stop()
            raise RuntimeError(f"{function} cannot be called: {started.decode().strip()}")
        if not reply:  # the process is gone: out of time
            _stop()
    return json.loads(reply or "null")


def _asked(request: bytes) -> tuple[bytes, bytes]:
    global _worker
    if _worker is None:
        command = [sys.executable, "-P", "-m", __name__]
        _worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(_stop)
    assert _worker.stdin is not None
    assert _worker.stdout is not None
    _worker.stdin.write(request)
    _worker.stdin.flush()
    return _worker.stdout.readline(), _worker.stdout.readline()


def _stop() -> None:
    global _worker
    worker, _worker = _worker, None
    if worker is not None:
        atexit.unregister(_stop)
        worker.kill()
        with worker:  # closes the pipes, waits for the end
            pass


def _forget() -> None:
    """Forgets the worker after a fork: it belongs to the other process."""
    global _worker, _lock
    if _worker is not None:
        _worker.returncode = 0
    _worker, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)


@lru_cache(maxsize=8)
def _function(name: str, made_by: str) -> Any:
    module, _, attribute = name.partition(":")
    found, arguments = getattr(importlib.import_module(module), attribute), json.loads(made_by)
    return found if arguments is None else found(*arguments)


def _serve() -> None:
    """Answer requests, one a line, until there are no more: the process that asked has ended."""
    import resource

    with suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of input ends it, not Ctrl-C
    replies = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever a library prints is no reply
    os.dup2(1, 2)
    for line in sys.stdin.buffer:
        function, made_by, arguments = json.loads(line)
        try:
            found = _function(function, json.dumps(made_by))
        except Exception as error:
            os.write(replies, f"{type(error).__name__}: {error}".encode() + b"\n\n")
            continue
        os.write(replies, _STARTED)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # ends the process, within C code too
        try:
            reply = json.dumps(found(*arguments))
        except (Exception, RecursionError, MemoryError):  # what a model wrote may upset a library
            reply = "null"
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.write(replies, reply.encode() + b"\n")


if __name__ == "__main__":
    _serve()
