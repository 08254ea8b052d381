"""Finds one stage of a suite by the first digits of its key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.plan import Stage


def find_stage(suite: Path, key: str, overrides: Sequence[str] | None, store: Path) -> Stage:
    """The stage whose key begins with ``key``; UserError if none or several do."""
    from bi_bench.api import UserError
    from bi_bench.cli.load import load_pinned
    from bi_bench.plan import plan_suite

    stages = plan_suite(load_pinned(suite, overrides, store)).stages
    matches = [stage for stage in stages if stage.key.startswith(key)]
    if len(matches) != 1:
        found = "no stage begins" if not matches else f"{len(matches)} stages begin"
        raise UserError(f'{suite}: {found} with "{key}"; `bi-bench plan --stages` lists them')
    return matches[0]
