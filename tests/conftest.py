"""What every test relies on."""

from __future__ import annotations

import os
import signal

import pytest

# Two test processes share two cores: set before torch or numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A job that a script starts in the background ignores Ctrl-C, and so do all its children: the tests
# of interruptions would wait for ever. A handler here, whatever it does, is the default again there.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first, so that of two processes none is idle at the end.
    items.sort(key=lambda item: "integration" not in item.path.parts)
