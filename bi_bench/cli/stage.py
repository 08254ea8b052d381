"""``bi-bench stage``: runs exactly one stage of a suite in this process."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, ENTRY, SetOption, StoreOption, SuiteArgument


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
