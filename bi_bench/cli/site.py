"""Makes the site of a run for the verbs that write or serve one, with a line on its progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.report.data.results import Results

_PATIENCE = 3.0  # seconds without a line


def make_site(results: Results, folder: Path) -> Path:
    """Write the site of a run into a folder that holds nothing else; returns its page."""
    from bi_bench.plugins import discover
    from bi_bench.report.site.write import write_site
    from bi_bench.stages.benchmarks import rebuilder

    return write_site(results, folder, rebuilder(discover()), progress_line())


def progress_line() -> Callable[[int, int], None]:
    """Shows on stderr how far a site is, once that has taken seconds: a line that is written over
    on a terminal, and a single line elsewhere."""
    start = time.monotonic()
    terminal = sys.stderr.isatty()
    shown = False
    start_of_line = "\r" if terminal else ""

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - start < _PATIENCE or (shown and not terminal):
            return
        shown = True
        end = "\n" if done == total or not terminal else ""
        text = f"{start_of_line}writing the site: {done} of {total} evaluations"
        print(text, end=end, file=sys.stderr, flush=True)

    return show
