"""``bi-bench gc``: deletes stages that no run needs."""

from __future__ import annotations

from typing import Annotated

import typer

from bi_bench.cli.options import DEFAULT_STORE, StoreOption


def gc(
    store: StoreOption = DEFAULT_STORE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be deleted.")
    ] = False,
) -> None:
    """Delete stages that no run record names."""
    from bi_bench.store import Store

    collected = Store(store).gc(dry_run=dry_run)
    verb = "would free" if dry_run else "freed"
    print(f"{verb} {collected.bytes / 2**20:.1f} MiB in {collected.stages} stages")
