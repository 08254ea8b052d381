"""The sources of a suite's models; those of the hub whose revision is open are pinned to commits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bi_bench.api import CAUSAL, LanguageModel, ModelSource, UserError
from bi_bench.api.boundary import calling
from bi_bench.declared_types import check_returned
from bi_bench.suite.suite import Entry, Suite


def source_of(model: Entry[LanguageModel]) -> ModelSource:
    """The source that a model names; PluginError where it names none that is there.

    The digest of a large checkpoint takes its time, so that there is no limit.
    """
    with calling(model.who, model.plugin.source):
        source = model.plugin.source()
        check_returned(model.plugin.source, source, LanguageModel)
        if not isinstance(source.identity, str) or not source.identity:
            raise UserError(f"the identity of its source must be a text, not {source.identity!r}")
        places = (source.folder is not None) + (source.hub_id is not None)
        if places > 1 or (model.plugin.kind == CAUSAL and not places):
            raise UserError("its source must have a folder or a hub_id, one of the two")
        if source.folder is not None and not Path(source.folder).is_dir():
            raise UserError(f"the folder {source.folder} of its source does not exist")
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
