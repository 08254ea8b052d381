"""Loads one plugin module after another: what one of them raises, prints or waits for stops no other.

Out of reach is what ends the process itself: ``os._exit``, a crash in C, a kill for want of memory.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import IO, NamedTuple

import bi_bench
from bi_bench import api
from bi_bench.api import API, UserError, did_you_mean
from bi_bench.api.boundary import describe, time_limit

LOAD_SECONDS = 120.0  # for the import and the hooks of one module
SLOW_SECONDS = 2.0
# Packages whose import takes seconds: a plugin that was slow is told which of them it imported.
HEAVY = ("torch", "transformers", "trl", "datasets", "vllm", "lm_eval", "tensorflow", "jax")
_SHOWN = 500  # characters of what a broken plugin printed


class Attempt(NamedTuple):
    """What came of loading: ``cause`` is why it failed, empty if it did not."""

    cause: str
    error: BaseException | None
    seconds: float


def attempt(name: str, load: Callable[[], None]) -> Attempt:
    """Call ``load``, which imports a plugin and calls its hooks.

    What it prints goes to stderr under ``name``, or into the cause where it fails. An interrupt passes.
    """
    started, before = time.monotonic(), set(sys.modules)
    error: BaseException | None = None
    with _captured() as printed:
        try:
            with time_limit(LOAD_SECONDS), _deprecations_shown():
                load()
        except KeyboardInterrupt:
            print(f"interrupted while plugin {name} was loaded", file=sys.stderr)
            raise
        except BaseException as raised:  # SystemExit, and what pytest and asyncio derive from it
            error = raised
    seconds = time.monotonic() - started
    text = printed()
    if error is not None:
        said = f"; it printed: {text[-_SHOWN:]}" if text else ""
        return Attempt(f"{_explained(error)}{said}", error, seconds)
    if text:
        print(f"plugin {name} printed while it was loaded:\n{text}", file=sys.stderr)
    if seconds > SLOW_SECONDS:
        heavy = [module for module in HEAVY if module in sys.modules and module not in before]
        print(f"warning: {slow(name, seconds, heavy)}", file=sys.stderr)
    return Attempt("", None, seconds)


def slow(name: str, seconds: float, heavy: list[str] | None = None) -> str:
    """The line about a plugin that was slow to load."""
    what = f"it imports {', '.join(heavy)}: do that" if heavy else "import heavy packages"
    return f"plugin {name} took {seconds:.1f} s to load; {what} inside methods"


def _explained(error: BaseException) -> str:
    """Why loading failed, and where it is known what to do about it."""
    if isinstance(error, UserError):
        return str(error)
    return f"{describe(error)}{_mend(error)}"


def _mend(error: BaseException) -> str:
    if not isinstance(error, ImportError) or not error.name:
        return ""
    package = error.name.partition(".")[0]
    if package == "bi_bench":
        wanted = re.search(r"cannot import name '(\w+)'", str(error))
        hint = did_you_mean(wanted[1], api.__all__) if wanted else ""
        return (
            hint
            or f"; this is bi_bench {bi_bench.__version__} with version {API} of the plugin API"
        )
    if isinstance(error, ModuleNotFoundError):
        return f"; install the package that provides it, often: pip install {package}"
    return ""


@contextmanager
def _deprecations_shown() -> Iterator[None]:
    """Python hides these warnings outside of ``__main__``; the author of a plugin is to see them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("default", r".*bi_bench\.", DeprecationWarning)
        yield


@contextmanager
def _captured() -> Iterator[Callable[[], str]]:
    """Keeps what is printed to stdout, also by programs that are started; stdout belongs to the verb.

    Yields a function that returns the text, to be called afterwards.
    """
    text, kept = "", -1
    with _scratch() as file:
        # With a descriptor of its own: a plugin that closes sys.stdout closes this one.
        stream = os.fdopen(os.dup(file.fileno()), "w", 1, "utf-8", "replace")
        with suppress(OSError):  # stdout is closed
            kept = os.dup(1)
            os.dup2(file.fileno(), 1)
        try:
            with redirect_stdout(stream):
                yield lambda: text
        finally:
            stream.close()
            if kept >= 0:
                os.dup2(kept, 1)
                os.close(kept)
            file.seek(0)
            text = file.read().decode("utf-8", "replace").strip()


def _scratch() -> IO[bytes]:
    """A nameless file, in memory where that is possible: the disk may be full."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("printed"), "w+b")
    return tempfile.TemporaryFile()
