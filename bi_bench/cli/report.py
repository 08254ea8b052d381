"""``bi-bench report``: the table of an existing run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, JsonOption, StoreOption


def report(
    run: Annotated[
        list[str] | None,
        typer.Argument(
            help="Name of a run or the beginning of one, or a record.json; several become one report."
        ),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the report of several runs.")] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a static site into this folder, too.")
    ] = None,
) -> None:
    """Print a run's table and write it as Markdown, CSV, JSON and PNG into the run's folder.

    Several runs become one report over the union of their cells, in a separate folder.
    """
    from bi_bench.api import UserError
    from bi_bench.report.data.open import open_run, open_union
    from bi_bench.report.write import where_written, write_report

    several = run is not None and len(run) > 1
    if out is not None and not several:
        raise UserError("--out: the report of one run is always in the folder of that run")
    results = (
        open_union(run or (), store, out) if several else open_run(run[0] if run else "", store)
    )
    written = write_report(results)
    if as_json:
        print(json.dumps(written.content, indent=1))
    else:
        print(written.text)
    if written.problem:
        print(f"warning: {written.problem}", file=sys.stderr)
    if as_json:
        return
    if results.published is None and not written.problem:  # else the store is a temporary folder
        print(where_written(results))
    if html is not None:
        from bi_bench.cli.site import make_site

        print(f"open {make_site(results, html)}")
