"""Fixes the revision of hub models that a suite leaves open: asked once, then remembered."""

from __future__ import annotations

import json
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.suite import Suite


def revision_overrides(suite: Suite, store: Path) -> list[str]:
    """``--set`` overrides that pin every unresolved hub model to a commit.

    Commits are kept in ``revisions.json`` of the store, so that running again means the same
    weights. UserError if the hub cannot be asked.
    """
    memory = store / "revisions.json"
    known: dict[str, str] = json.loads(memory.read_text()) if memory.exists() else {}
    overrides = []
    for index, entry in enumerate(suite.axes["models"]):
        source = entry.plugin.source()
        if source.hub_id is None or source.revision:
            continue
        if source.hub_id not in known:
            known[source.hub_id] = _ask_hub(source.hub_id)
            store.mkdir(parents=True, exist_ok=True)
            memory.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        overrides.append(f'matrix.models[{index}].revision="{known[source.hub_id]}"')
    return overrides


def _ask_hub(hub_id: str) -> str:
    import httpx
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

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
