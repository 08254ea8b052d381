"""Fixes the revision of hub models that a suite leaves open: asked once, then remembered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.suite import Suite

_MEMORY = "revisions.json"
_COMMIT = re.compile("[0-9a-f]{40}")


def load_pinned(
    file: Path, overrides: Sequence[str] | None, store: Path, *, ask: bool = False
) -> Suite:
    """The suite with every open hub revision pinned to the commit that the store remembers.

    ``ask``: ask the hub for commits that are not remembered yet, and remember them; without it
    they stay open. UserError if the suite is wrong or the hub cannot be asked.
    """
    from bi_bench.suite import load_suite

    changes = list(overrides or ())
    suite = load_suite(file, changes)
    pins = _pins(suite, store, ask)
    return load_suite(file, changes + pins) if pins else suite


def _pins(suite: Suite, store: Path, ask: bool) -> list[str]:
    from bi_bench.artifacts.sealed import write_sealed

    known = remembered_revisions(store)
    overrides = []
    entries = (entry for matrix in suite.matrices for entry in matrix.axes["models"])
    for place, entry in {entry.place: entry for entry in entries}.items():
        source = entry.plugin.source()
        if source.hub_id is None or source.revision or "revision" not in entry.params.model_dump():
            continue
        if source.hub_id not in known:
            if not ask:
                continue
            known[source.hub_id] = _ask_hub(source.hub_id)
            write_sealed(store / _MEMORY, {"revisions": known})
        overrides.append(f'{place}.revision="{known[source.hub_id]}"')
    return overrides


def remembered_revisions(store: Path) -> dict[str, str]:
    """Commits by hub id. UserError where the file is damaged: asked again, the hub may name others."""
    from bi_bench.api import UserError
    from bi_bench.artifacts.files import read_json
    from bi_bench.artifacts.sealed import read_sealed

    memory = store / _MEMORY
    if not memory.exists():
        return {}
    data = read_json(memory) or {}
    if "revisions" in data or "digest" in data:
        found = read_sealed(memory, ())
        data = found[0]["revisions"] if found else {}
    if data and all(isinstance(c, str) and _COMMIT.fullmatch(c) for c in data.values()):
        return data
    raise UserError(
        f"{memory}: not what was written; it holds the commits of hub models that suites leave open. "
        "Name the revision in the suite, or delete the file to take the newest commits"
    )


def _ask_hub(hub_id: str) -> str:
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    from bi_bench.api import UserError

    try:
        commit = HfApi().model_info(hub_id, timeout=20).sha
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx.HTTPError, OSError) as error:
        raise UserError(
            f"the hub cannot be asked for the revision of {hub_id} ({type(error).__name__}: {error}); "
            "set revision in the suite, or use path = a local folder"
        ) from None
    if commit is None:
        raise UserError(f"the hub names no commit for {hub_id}; set revision in the suite")
    return commit
