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
    from bi_bench.api import UserError
    from bi_bench.cli.resolve import load_pinned
    from bi_bench.engines import run_stage_here
    from bi_bench.plan import plan_suite
    from bi_bench.store import Store

    stages = plan_suite(load_pinned(suite, set_, store)).stages
    matches = [stage for stage in stages if stage.key.startswith(key)]
    if len(matches) != 1:
        found = "no stage" if not matches else f"{len(matches)} stages"
        raise UserError(
            f'{found} of {suite} begin with "{key}"; `bi-bench plan --stages` lists them'
        )
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(matches[0].resources.cpus))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    outcome = run_stage_here(Store(store), matches[0], ENTRY)
    print(f"{matches[0].kind} · {matches[0].label}: {outcome.status} {outcome.message}".rstrip())
