"""``bi-bench stage``: runs exactly one stage of a suite in this process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, ENTRY, SetOption, StoreOption, SuiteArgument

if TYPE_CHECKING:
    from bi_bench.plan import StageGraph


def stage(
    suite: SuiteArgument,
    key: Annotated[str, typer.Argument(help="Key of the stage, or its first digits.")],
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Run one stage whose parents are stored, by hand or in a job array."""
    from bi_bench.cli.load import load_pinned
    from bi_bench.engines import run_stage_here
    from bi_bench.engines.environment import worker_environment
    from bi_bench.plan import plan_suite
    from bi_bench.store import Store

    found = plan_suite(load_pinned(suite, set_, store)).stage(key)
    environment = worker_environment(os.environ, found.threads)
    if environment != dict(os.environ):  # some of it counts from the start of an interpreter alone
        os.execve(sys.executable, [sys.executable, "-Pm", "bi_bench", *sys.argv[1:]], environment)
    outcome = run_stage_here(Store(store), found, ENTRY)
    print(f"{found.kind} · {found.label}: {outcome.status} {outcome.message}".rstrip())


def stage_command(
    planned: StageGraph, suite: Path, overrides: Sequence[str] | None, store: Path
) -> Callable[[str], tuple[str, ...]]:
    """The command line that runs the stage of a key, also in another folder and on another machine.

    What is not said of device and precision is said there: it was found out on this machine.
    """
    # Another engine's parameters are unknown to the one that the suite names.
    kept = [each for each in overrides or () if not each.lstrip().startswith("engine")]
    found = [
        f"defaults.numerics.{name}={json.dumps(planned.numerics[name])}"
        for name in ("device", "dtype")
    ]
    python = (sys.executable, "-Pm", "bi_bench", "stage", str(suite.absolute()))
    sets = [part for each in [*kept, *found] for part in ("--set", each)]

    def command(key: str) -> tuple[str, ...]:
        return (*python, key, "--store", str(store.absolute()), *sets)

    return command
