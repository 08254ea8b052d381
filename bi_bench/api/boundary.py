"""The boundary around calls into plugins: errors that name them, limits of time and of memory.

The core calls a plugin only inside :func:`calling`.
"""

from __future__ import annotations

import resource
import signal
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from bi_bench.api.errors import Declined, PluginError, UserError

_CORE = Path(__file__).parents[1]
_LIBRARY = Path(sysconfig.get_paths()["stdlib"])


@contextmanager
def calling(
    who: str,
    function: Callable[..., Any] | None = None,
    seconds: float = 0,
    memory: int = 0,
) -> Iterator[None]:
    """Turns an exception of a plugin inside the block into a PluginError that begins with ``who``.

    The line is the plugin's own, or where nothing of it is in the traceback that of ``function``.
    ``seconds`` and ``memory``: as :func:`time_limit` and :func:`memory_limit`, 0 for none. A
    :class:`Declined` is an answer and passes.
    Printed text goes to stderr: stdout belongs to the verb.
    """
    try:
        with redirect_stdout(sys.stderr), memory_limit(memory), time_limit(seconds):
            yield
    except (Declined, PluginError):  # an inner call has named its plugin already
        raise
    except UserError as error:
        raise PluginError(f"{who}: {error}") from error
    except (Exception, SystemExit) as error:  # third-party code may fail in any way
        raise PluginError(f"{who}: {describe(error, function)}") from error


def describe(error: BaseException, function: Callable[..., Any] | None = None) -> str:
    """One line about an exception, with the line of the plugin that it came from.

    Not the innermost line, which may be one of a library that the plugin misuses.
    """
    found = plugin_line(error)
    if found is None and (code := getattr(function, "__code__", None)) is not None:
        found = code.co_filename, code.co_firstlineno
    place = f" ({Path(found[0]).name}:{found[1]})" if found else ""
    return f"{type(error).__name__}: {error}{place}"


def plugin_line(error: BaseException) -> tuple[str, int] | None:
    """File and line of the plugin that an exception came from; None where no plugin was running."""
    frames = traceback.extract_tb(error.__traceback__)
    found = [(f.filename, f.lineno or 0) for f in frames if _foreign(f.filename)]
    return found[-1] if found else None


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """TimeoutError where the body takes longer; 0, or outside of the main thread: no limit.

    A timer that was already running goes on afterwards with its remaining time.
    """
    if not seconds or threading.current_thread() is not threading.main_thread():
        yield
        return
    expired: BaseException | None = None

    def stop(number: int, frame: Any) -> None:
        nonlocal expired
        expired = _Expired()
        raise expired

    handler, start = signal.signal(signal.SIGALRM, stop), time.monotonic()
    # Again every second: the body may swallow the first.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    except _Expired:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if left:
            rest = max(left - (time.monotonic() - start), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, rest, interval)
    if expired:  # with the line that took so long
        raise TimeoutError(f"not done after {seconds:g} seconds").with_traceback(
            expired.__traceback__
        )


@contextmanager
def memory_limit(size: int) -> Iterator[None]:
    """MemoryError where the body takes so many bytes more than this process has; 0: no limit.

    None either on systems that do not tell the size of a process.
    """
    status = Path("/proc/self/statm")
    if not size or not status.exists():
        yield
        return
    now = int(status.read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([now + size, *limits]), hard))
    try:
        yield
    except MemoryError as error:
        text = f"it needs more than {size / 2**30:.3g} GiB of memory"
        raise MemoryError(text).with_traceback(error.__traceback__) from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class _Expired(BaseException):
    """No Exception, which a plugin may catch."""


def _foreign(file: str) -> bool:
    """True if code is neither the core's nor Python's own."""
    path = Path(file)
    if _CORE in path.parents or not path.suffix:
        return False
    installed = {"site-packages", "dist-packages"} & set(path.parts)
    return bool(installed) or _LIBRARY not in path.parents
