"""What verbs share that make the site of a run: its folder, and the benchmarks behind its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bi_bench.api import Benchmark
    from bi_bench.store import Store


def make_site(store: Store, record: Mapping[str, Any], folder: Path) -> Path:
    """Write the site of a run into a folder of its own; its page."""
    from bi_bench.report.site import write_site

    return write_site(record, store, folder, rebuilder())


def rebuilder() -> Callable[[Mapping[str, Any]], Benchmark | None]:
    """Makes the benchmark of a stage again, each once; None where its plugin is not installed here."""
    from bi_bench.api import UserError
    from bi_bench.cli.rebuild import rebuild_benchmark

    made: dict[str, Benchmark | None] = {}

    def rebuild(stage: Mapping[str, Any]) -> Benchmark | None:
        wanted = json.dumps(stage["identity"].get("benchmark"), sort_keys=True)
        if wanted not in made:
            try:
                made[wanted] = rebuild_benchmark(stage)
            except (UserError, KeyError, TypeError):
                made[wanted] = None
        return made[wanted]

    return rebuild
