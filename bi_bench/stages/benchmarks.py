"""Rebuilds the benchmarks of finished stages from their records, to read and grade stored answers."""

from __future__ import annotations

import json
from collections.abc import Callable

from bi_bench.api import Benchmark, UserError
from bi_bench.artifacts.stage_record import StageRecord
from bi_bench.plugins import Registry


def rebuild_benchmark(registry: Registry, stage: StageRecord) -> Benchmark:
    """The benchmark of a stage, whatever its version; UserError where it cannot be built here."""
    return registry.build(Benchmark, stage.plugin("benchmark").to_json(), if_changed=None)


def rebuilder(registry: Registry) -> Callable[[StageRecord], Benchmark | None]:
    """A function that rebuilds each benchmark once; None where its plugin is not installed here."""
    known: dict[str, Benchmark | None] = {}

    def rebuild(stage: StageRecord) -> Benchmark | None:
        identity = json.dumps(stage.plugin("benchmark").to_json(), sort_keys=True)
        if identity not in known:
            try:
                known[identity] = rebuild_benchmark(registry, stage)
            except (UserError, KeyError, TypeError):
                known[identity] = None
        return known[identity]

    return rebuild
