"""``bi-bench plan``: shows the cells, stages and cost of a suite without running it."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bi_bench.cli.options import (
    DEFAULT_STORE,
    JsonOption,
    SetOption,
    StoreOption,
    SuiteArgument,
    WorkersOption,
)


def plan(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    workers: WorkersOption = 0,
    stages: Annotated[bool, typer.Option("--stages", help="List every stage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print cells, stages, estimated time and the smallest detectable gain."""
    from bi_bench.cli.load import load_pinned
    from bi_bench.machine.hardware import stages_at_a_time
    from bi_bench.plan import plan_suite
    from bi_bench.plan.overview import Overview
    from bi_bench.stats import smallest_detectable_gain
    from bi_bench.store import Store

    loaded = load_pinned(suite, set_, store)
    graph, shelf = plan_suite(loaded), Store(store)
    detectable = smallest_detectable_gain(
        problems=loaded.defaults.data.test, samples=1, seeds=len(loaded.matrices[0].seeds)
    )
    overview = Overview(
        graph,
        frozenset(stage.key for stage in graph.stages if shelf.has(stage.key)),
        stages_at_a_time(workers, graph.numerics["threads"], graph.numerics["device"]),
        detectable.gain,
        detectable.assumptions,
    )
    print(json.dumps(overview.to_json()) if as_json else overview.to_text(stages=stages))
