"""``bi-bench publish``: the tables, figures and record of a run for others to read and check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption


def publish(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RUN]...",
            help="Names of runs, or published records to regenerate; none: all in --out.",
        ),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[Path, typer.Option(help="Folder of published results.")] = Path("results"),
    partial: Annotated[
        bool, typer.Option("--partial", help="Publish a run with failed or missing cells.")
    ] = False,
) -> None:
    """Write OUT/SUITE/ (report, figures, record.json) and the overall leaderboard OUT/README.md."""
    from bi_bench.api import UserError
    from bi_bench.report.data.open import open_run
    from bi_bench.report.publishing.overall import check_overall, write_overall
    from bi_bench.report.publishing.publish import publish, publish_again, published_folders

    check_overall(out)
    if not runs:
        folders = published_folders(out)
        if not folders:
            raise UserError(f"{out}: no record.json of a suite there; name a run to publish")
        for folder in folders:
            print(publish_again(folder))
    for run in runs or ():
        print(publish(open_run(run, store), out, partial=partial))
    print(write_overall(out))
