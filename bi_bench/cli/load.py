"""Loads a suite for a verb, hub models pinned to the commits that the store remembers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.suite import Suite


def load_pinned(
    file: Path, overrides: Sequence[str] | None, store: Path, *, engine: str = "", ask: bool = False
) -> Suite:
    """The suite with every open hub revision pinned to the commit that the store remembers.

    ``ask``: ask the hub for commits that are not remembered yet, and remember them; without it
    they stay open. ``engine`` is used instead of the suite's. UserError if the suite is wrong or the
    hub cannot be asked.
    """
    from bi_bench.store.revisions import read_revisions, write_revisions
    from bi_bench.suite import load_suite
    from bi_bench.suite.revisions import newest_commit, open_revisions, pins

    suite, commits = load_suite(file, overrides or (), engine), read_revisions(store)
    for hub_id in open_revisions(suite).values() if ask else ():
        if hub_id not in commits:
            commits[hub_id] = newest_commit(hub_id)
            write_revisions(store, commits)
    pinned = pins(suite, commits)
    return load_suite(file, [*(overrides or ()), *pinned], engine) if pinned else suite
