"""``bi-bench report``: the table of a run that exists."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption


def report(
    run: Annotated[str, typer.Argument(help="Name of the run, or the beginning of one.")] = "",
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a static site into this folder, too.")
    ] = None,
) -> None:
    """Print a run's table and write it as Markdown, CSV, JSON and PNG into the run's folder."""
    from bi_bench.api import UserError
    from bi_bench.cli.for_report import where_written
    from bi_bench.report import write_report
    from bi_bench.store import Store

    shelf = Store(store)
    names = [name for name in shelf.list_runs() if name.startswith(run)]
    if run in names:
        names = [run]
    if len(names) != 1:
        known = ", ".join(shelf.list_runs()) or "none"
        problem = "several runs match" if names else "no run matches"
        raise UserError(f'{store}: {problem} "{run}"; runs: {known}')
    text = write_report(shelf.read_run(names[0]), shelf, names[0])
    if as_json:
        print((shelf.run_folder(names[0]) / "report.json").read_text())
        return
    print(text)
    print(where_written(shelf, names[0]))
    if html is not None:
        from bi_bench.cli.site import make_site

        print(f"open {make_site(shelf, names[0], html)}")
