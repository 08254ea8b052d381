"""Shared by the verbs that make the site of a run: its folder, and the benchmarks of its answers."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.api import Benchmark
    from bi_bench.artifacts.stage_record import StageRecord
    from bi_bench.report.data.results import Results

_PATIENCE = 3.0  # seconds until a reader is told how far it is


def make_site(results: Results, folder: Path) -> Path:
    """Write the site of a run into a folder of its own; its page."""
    from bi_bench.report.site import write_site

    return write_site(results, folder, rebuilder(), _teller())


def _teller() -> Callable[[int, int], None]:
    """Says on stderr how far a site is, once that has taken seconds: a line that is written over
    on a terminal, and one line alone elsewhere."""
    begun = time.monotonic()
    terminal = sys.stderr.isatty()
    said = False

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - begun < _PATIENCE or (said and not terminal):
            return
        said = True
        end = "\n" if done == total or not terminal else ""
        start = "\r" if terminal else ""
        text = f"{start}writing the site: {done} of {total} evaluations"
        print(text, end=end, file=sys.stderr, flush=True)

    return tell


def rebuilder() -> Callable[[StageRecord], Benchmark | None]:
    """Makes the benchmark of a stage again, each once; None where its plugin is not installed here."""
    from bi_bench.api import Benchmark, UserError
    from bi_bench.plugins import discover

    made: dict[str, Benchmark | None] = {}

    def rebuild(stage: StageRecord) -> Benchmark | None:
        described = stage.plugin("benchmark").to_json()
        wanted = json.dumps(described, sort_keys=True)
        if wanted not in made:
            try:
                made[wanted] = discover().build(Benchmark, described, if_changed=None)
            except (UserError, KeyError, TypeError):
                made[wanted] = None
        return made[wanted]

    return rebuild
