"""``bi-bench plan``: shows the cells, stages and cost of a suite without running it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bi_bench.cli.options import (
    DEFAULT_STORE,
    ENTRY,
    EngineOption,
    JsonOption,
    SetOption,
    StoreOption,
    SuiteArgument,
    WorkersOption,
    engine_settings,
)

if TYPE_CHECKING:
    from bi_bench.engines.conduct import Conductor
    from bi_bench.plan import Stage, StageGraph


def plan(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    engine: EngineOption = "",
    workers: WorkersOption = None,
    stages: Annotated[bool, typer.Option("--stages", help="List every stage.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print cells, stages, estimated time and the smallest detectable gain."""
    from bi_bench.cli.load import load_pinned
    from bi_bench.cli.stage import stage_command
    from bi_bench.engines.conduct import Conductor
    from bi_bench.plan import plan_suite
    from bi_bench.plan.overview import Overview
    from bi_bench.stats import smallest_detectable_gain
    from bi_bench.store import Store

    loaded = load_pinned(suite, engine_settings(set_, workers), store, engine=engine)
    graph, shelf = plan_suite(loaded), Store(store)
    detectable = smallest_detectable_gain(
        problems=loaded.defaults.data.test, samples=1, seeds=len(loaded.matrices[0].seeds)
    )
    done = frozenset(stage.key for stage in graph.stages if shelf.has(stage.key))
    conductor = Conductor(shelf, stage_command(graph, suite, set_, store), ENTRY)
    overview = Overview(
        graph,
        done,
        _at_a_time(graph, conductor, [each for each in graph.stages if each.key not in done]),
        detectable.gain,
        detectable.assumptions,
    )
    print(json.dumps(overview.to_json()) if as_json else overview.to_text(stages=stages))


def _at_a_time(graph: StageGraph, conductor: Conductor, left: Sequence[Stage]) -> int:
    """The number of stages at a time; all of them where the engine does not say how many."""
    from bi_bench.api import UserError
    from bi_bench.machine.hardware import stages_at_a_time

    engine = graph.suite.engine.plugin
    try:
        conductor.check(engine, left)
    except UserError as error:  # a plan may be made on another machine
        print(f"warning: not on this machine: {error}", file=sys.stderr)
    if not left or (most := conductor.capacity(engine, left)) is None:
        return max(1, len(left))
    numerics = graph.numerics
    return stages_at_a_time(most.cpus, most.gpus, numerics["threads"], numerics["device"])
