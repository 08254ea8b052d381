"""Fixes the revision of hub models that a suite leaves open: asked once, then remembered."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bi_bench.suite import Suite


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
    memory = store / "revisions.json"
    known: dict[str, str] = json.loads(memory.read_text()) if memory.exists() else {}
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
            store.mkdir(parents=True, exist_ok=True)
            memory.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        overrides.append(f'{place}.revision="{known[source.hub_id]}"')
    return overrides


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
