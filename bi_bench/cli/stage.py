"""``bi-bench stage``: runs exactly one stage of a suite, here in this process."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, ENTRY, SetOption, StoreOption, SuiteArgument


def stage(
    suite: SuiteArgument,
    key: Annotated[str, typer.Argument(help="Key of the stage, or its first digits.")],
    set_: SetOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Run one stage whose parents are done; for a person, a job array or another engine."""
    from bi_bench.cli.find import find_stage
    from bi_bench.engines import run_stage_here
    from bi_bench.store import Store

    found = find_stage(suite, key, set_, store)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(found.resources.cpus))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    outcome = run_stage_here(Store(store), found, ENTRY)
    print(f"{found.kind} · {found.label}: {outcome.status} {outcome.message}".rstrip())
