"""Handling of Ctrl-C: the first one is obeyed, the cleaning up is not interrupted by a second."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def one_interrupt() -> Iterator[None]:
    """The first SIGINT or SIGTERM is handled as before, and all that follow in the block are ignored.

    A signal that no function of Python's handles is left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if callable(handler := signal.getsignal(number))
        and not isinstance(handler, signal.Handlers)
    }

    def once(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, once)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
