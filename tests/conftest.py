"""What every test relies on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Two test processes share two cores: set before torch or numpy is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# A job that a script starts in the background ignores Ctrl-C, and so do all its children: the tests
# of interruptions would wait for ever. A handler here, whatever it does, is the default again there.
signal.signal(signal.SIGINT, signal.default_int_handler)

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """The value itself, of what a test knows not to be None."""
    assert value is not None
    return value


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium: that of BI_BENCH_BROWSER, or one on the path; skipped without."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("BI_BENCH_BROWSER") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        pytest.skip(f"none of {', '.join(names)} on the path; BI_BENCH_BROWSER can name a browser")
    # Chromium refuses its sandbox to root, which containers run as.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=arguments)
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The longest first, so that of two processes none is idle at the end.
    items.sort(key=lambda item: "integration" not in item.path.parts)
