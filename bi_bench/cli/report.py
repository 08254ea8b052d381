"""``bi-bench report``: the table of a run that exists."""

from __future__ import annotations

from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption


def report(
    run: Annotated[
        str, typer.Argument(help="Name of the run or the beginning of one, or a record.json.")
    ] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Print a run's table and write it as Markdown, CSV, JSON and PNG into the run's folder."""
    from bi_bench.cli.for_report import where_written
    from bi_bench.cli.sources import open_run
    from bi_bench.report import write_report

    opened = open_run(run, store)
    text = write_report(opened.record, opened.store, opened.name)
    if as_json:
        print((opened.store.run_folder(opened.name) / "report.json").read_text())
        return
    print(text)
    if opened.published is None:  # else the store is a temporary folder
        print(where_written(opened.store, opened.name))
