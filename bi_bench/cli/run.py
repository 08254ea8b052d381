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
    GpusOption,
    SetOption,
    StoreOption,
    SuiteArgument,
    WorkersOption,
)

if TYPE_CHECKING:
    from bi_bench.engines import Outcome
    from bi_bench.plan import StageGraph
    from bi_bench.store import Store


def run(
    suite: SuiteArgument,
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
    workers: WorkersOption = 0,
    gpus: GpusOption = -1,
) -> None:
    """Run all stages of a suite that are not stored yet, and print the leaderboard of RFT gains."""
    from bi_bench.api import UserError
    from bi_bench.cli.load import load_pinned
    from bi_bench.engines.remember import remember_run
    from bi_bench.machine.hardware import gpu_count
    from bi_bench.plan import plan_suite
    from bi_bench.plan.checks.machine import missing_trackers, obstacles
    from bi_bench.plan.record import run_record
    from bi_bench.report.data.results import Results
    from bi_bench.report.write import cached_text, where_written, write_report
    from bi_bench.store import Store

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where Ctrl-C is ignored
    planned = plan_suite(load_pinned(suite, set_, store, ask=True))
    shelf = Store(store)
    name, record = run_record(planned, shlex.join(["bi-bench", *sys.argv[1:]]))
    left = [stage for stage in planned.stages if not shelf.has(stage.key)]
    record, warnings = remember_run(shelf, name, record, computes=bool(left))
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    if not left and (text := cached_text(Results(record, shelf, name))):
        print(text)
        return
    if left and (problems := obstacles(planned.suite, gpu_count(gpus))):
        raise UserError("; ".join(problems))
    for warning in missing_trackers(planned.suite) if left else ():
        print(f"warning: {warning}", file=sys.stderr)
    outcomes = _work(planned, shelf, workers, gpus) if left else {}
    results = Results(record, shelf, name)
    written = write_report(results)
    print(written.text)
    if written.problem:
        print(f"warning: {written.problem}", file=sys.stderr)
    else:
        print(where_written(results))
    _exit(outcomes.values())


def _work(planned: StageGraph, store: Store, workers: int, gpus: int) -> dict[str, Outcome]:
    from bi_bench.cli.run_display import RunDisplay
    from bi_bench.engines import LocalEngine
    from bi_bench.machine.hardware import cpu_threads, gpu_count

    threads = planned.suite.defaults.numerics.threads
    engine = LocalEngine(
        store,
        cpus=cpu_threads(workers, threads),
        gpus=gpu_count(gpus),
        entry=ENTRY,
        preload=PRELOAD,
        threads=threads,
        weight=lambda stage: stage.estimate or 1.0,
    )
    try:
        with RunDisplay(planned.stages, lambda stage: stage.estimate) as progress:
            return engine.run(planned.stages, progress)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all that is left is to leave, undisturbed
        raise


def _exit(outcomes: Iterable[Outcome]) -> None:
    failures = [outcome for outcome in outcomes if outcome.status == "failed"]
    for message in dict.fromkeys(outcome.message for outcome in failures):
        print(f"error: {message}", file=sys.stderr)
    if failures:
        raise typer.Exit(2 if all(outcome.user for outcome in failures) else 1)
