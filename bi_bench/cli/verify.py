"""``bi-bench verify``: checks every file of a store against its digest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption

if TYPE_CHECKING:
    from bi_bench.store import Store


def verify(store: StoreOption = DEFAULT_STORE) -> None:
    """Check every file of a store against its digest; print a line for each damaged one."""
    from bi_bench.api import UserError
    from bi_bench.store import Store

    if not store.is_dir():
        raise UserError(f"{store}: no such folder; set --store to a store")
    shelf = Store(store)
    damaged = 0
    for line in _damages(shelf):
        damaged += 1
        _tell("")
        print(line)
    _tell("")
    keys, runs = shelf.list_stages(), shelf.list_runs()
    print(f"{len(keys)} stages and {len(runs)} runs, {damaged or 'no'} damaged files")
    if old := sum(not shelf.seal(key) and not shelf.damage(key) for key in keys):
        print(f"{old} stages are from a version without digests and cannot be verified")
    if damaged:
        raise typer.Exit(1)


def _damages(store: Store) -> Iterator[str]:
    from bi_bench.api import UserError
    from bi_bench.report.write import damaged_files
    from bi_bench.store.revisions import read_revisions

    keys = store.list_stages()
    for number, key in enumerate(keys, 1):
        _tell(f"stage {number} of {len(keys)}")
        for name, problem in store.damages(key):
            yield f"{store.folder(key) / name} ({store.describe(key)}) {problem}"
    for run in store.list_runs():
        _tell(f"run {run}")
        folder = store.run_folder(run)
        for name in damaged_files(folder):
            yield f"{folder / name} (report of {run}) is not what was written"
        try:
            store.read_run(run)
        except UserError as error:
            yield str(error)
    try:
        read_revisions(store.root)
    except UserError as error:
        yield str(error)


def _tell(progress: str) -> None:
    """One line on a terminal that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{progress}", end="", file=sys.stderr, flush=True)
