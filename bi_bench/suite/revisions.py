"""The sources of a suite's models; those of the hub whose revision is open are pinned to commits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bi_bench.api import CAUSAL, LanguageModel, ModelSource, UserError
from bi_bench.api.boundary import calling
from bi_bench.suite.suite import Entry, Suite


def source_of(entry: Entry[LanguageModel]) -> ModelSource:
    """Where a model is, as its plugin says; UserError that names the plugin if it cannot say it."""
    model = entry.plugin
    with calling(f"model {entry.label}", model.source):
        source: object = model.source()
        if not isinstance(source, ModelSource):
            raise TypeError(f"source returned a {type(source).__name__}, not a ModelSource")
        if not isinstance(source.identity, str) or not source.identity:
            raise TypeError(f"the identity of a source is a text, not {source.identity!r}")
        if not isinstance(source.folder, Path | None):
            raise TypeError(f"the folder of a source is a Path, not {source.folder!r}")
        if model.kind == CAUSAL and source.folder is None and source.hub_id is None:
            raise TypeError("source has neither a folder nor a hub_id")
    return source


def open_revisions(suite: Suite) -> dict[str, str]:
    """The hub id of each model that could name a revision and names none, by its key path."""
    found = {}
    for entry in (entry for matrix in suite.matrices for entry in matrix.axes.models):
        source = source_of(entry)
        named = source.revision or "revision" not in type(entry.params).model_fields
        if source.hub_id is not None and not named:
            found[entry.place] = source.hub_id
    return found


def pins(suite: Suite, commits: Mapping[str, str]) -> list[str]:
    """Overrides that set open revisions to their commits, known by hub id; others stay open."""
    return [
        f'{place}.revision="{commits[hub_id]}"'
        for place, hub_id in open_revisions(suite).items()
        if hub_id in commits
    ]


def unresolved_models(suite: Suite) -> list[str]:
    """Labels of the models whose content keys are not known before the hub is asked."""
    return [
        entry.label
        for entry in suite.axes.models
        if source_of(entry).identity.endswith("@unresolved")
    ]


def newest_commit(hub_id: str) -> str:
    """The commit that the hub names for a model now; UserError if it cannot be asked."""
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
        raise UserError(f"the hub gives no commit for {hub_id}; set revision in the suite")
    return commit
