"""``bi-bench run``: runs a suite and prints its table."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from bi_bench.cli.options import (
    DEFAULT_STORE,
    ENTRY,
    PRELOAD,
    EngineOption,
    GpusOption,
    SetOption,
    StoreOption,
    SuiteArgument,
    WorkersOption,
    engine_settings,
)

if TYPE_CHECKING:
    from bi_bench.engines import Outcome
    from bi_bench.engines.conduct import Conductor
    from bi_bench.plan import StageGraph


def run(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    engine: EngineOption = "",
    workers: WorkersOption = None,
    gpus: GpusOption = None,
) -> None:
    """Run all stages of a suite that are not stored yet, and print the leaderboard of RFT gains."""
    from bi_bench.api import UserError
    from bi_bench.cli.load import load_pinned
    from bi_bench.cli.stage import stage_command
    from bi_bench.engines.conduct import Conductor
    from bi_bench.engines.remember import remember_run
    from bi_bench.plan import plan_suite
    from bi_bench.plan.checks.machine import missing_trackers, obstacles
    from bi_bench.plan.record import run_record
    from bi_bench.report.data.results import Results
    from bi_bench.report.write import cached_text, where_written, write_report
    from bi_bench.store import Store

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where Ctrl-C is ignored
    settings = engine_settings(set_, workers, gpus)
    planned = plan_suite(load_pinned(suite, settings, store, engine=engine, ask=True))
    shelf = Store(store)
    conductor = Conductor(shelf, stage_command(planned, suite, set_, store), ENTRY, PRELOAD)
    name, record = run_record(planned, shlex.join(["bi-bench", *sys.argv[1:]]))
    left = [stage for stage in planned.stages if not shelf.has(stage.key)]
    record, warnings = remember_run(shelf, name, record, computes=bool(left))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if not left and (text := cached_text(Results(record, shelf, name))):
        print(text)
        return
    if left:
        capacity = conductor.capacity(planned.suite.engine.plugin, left)
        if problems := obstacles(planned.suite, capacity.gpus if capacity else 0):
            raise UserError("; ".join(problems))
    for warning in missing_trackers(planned.suite) if left else ():
        print(f"warning: {warning}", file=sys.stderr)
    outcomes = _work(planned, conductor) if left else {}
    results = Results(record, shelf, name)
    written = write_report(results)
    print(written.text)
    if written.problem:
        print(f"warning: {written.problem}", file=sys.stderr)
    else:
        print(where_written(results))
    _exit(outcomes.values())


def _work(planned: StageGraph, conductor: Conductor) -> dict[str, Outcome]:
    from bi_bench.cli.run_display import RunDisplay

    engine = planned.suite.engine.plugin
    try:
        with RunDisplay(planned.stages, lambda stage: stage.estimate) as progress:
            return conductor.run(engine, planned.stages, progress)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all that is left is to leave, undisturbed
        raise


def _exit(outcomes: Iterable[Outcome]) -> None:
    failures = [outcome for outcome in outcomes if outcome.status == "failed"]
    for message in dict.fromkeys(outcome.message for outcome in failures):
        print(f"error: {message}", file=sys.stderr)
    if failures:
        raise typer.Exit(2 if all(outcome.user for outcome in failures) else 1)
