"""The stage "base": the untrained model as a folder, or as a hub id with its revision."""

from __future__ import annotations

import shutil
from pathlib import Path

from bi_bench.api import CAUSAL, LanguageModel, ModelSource, NumericsIdentity, UserError
from bi_bench.api.boundary import calling
from bi_bench.api.model import MODEL_FILES, model_files
from bi_bench.artifacts.costs import Costs
from bi_bench.artifacts.hub_reference import HubReference, read_reference
from bi_bench.stages.context import StageContext
from bi_bench.stages.own_kind import OwnKind
from bi_bench.training.causality import check_causal
from bi_bench.training.checkpoint import Checkpoint, Numerics


def run(context: StageContext) -> Costs:
    """Copy a local checkpoint; of a hub model fetch the files and note id and revision.

    A model of another kind than "causal" is loaded by its plugin, and saves itself.
    """
    model = context.plugin(LanguageModel, "model")
    with calling(f"model {model.name}", model.source):
        source = model.source()
    if source.identity != (planned := context.identity["source"]):
        raise UserError(
            f"the files of the model changed since the plan was made ({planned} then, "
            f"{source.identity} now); plan and run again"
        )
    if model.kind != CAUSAL:
        place = _fetch(source) if source.hub_id else source.folder
        cpu: NumericsIdentity = {"device": "cpu", "dtype": "float32", "threads": 1}
        OwnKind.of(model, place, cpu).save(context.folder)
        return Costs()
    place = source.folder or _fetch(source)
    # Where the user has it, so that an error names their files, and before any training.
    loaded = Checkpoint.load(place, Numerics())
    check_causal(loaded.model, str(source.hub_id or place))
    if source.folder is None:
        # A source without a folder is one of the hub.
        HubReference(hub_id=str(source.hub_id), revision=source.revision).write(context.folder)
    else:
        _copy(source.folder, context.folder)
    return Costs()


def weights(folder: Path) -> tuple[Path | str, str | None]:
    """The source of a model, given the folder of its stage: path or hub id, and revision."""
    if reference := read_reference(folder):
        return reference.hub_id, reference.revision
    return folder, None


def _fetch(source: ModelSource) -> Path:
    """Into the hub's own cache: every later stage works offline; returns the folder there."""
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    patterns = [f"*{suffix}" for suffix in MODEL_FILES]
    try:
        return Path(
            snapshot_download(str(source.hub_id), revision=source.revision, allow_patterns=patterns)
        )
    except (HfHubHTTPError, LocalEntryNotFoundError, httpx.HTTPError, OSError) as error:
        raise UserError(
            f"{source.hub_id} cannot be downloaded from the hub ({type(error).__name__}: {error}); "
            "check the id and the licence, or use path = a local folder"
        ) from None


def _copy(source: Path, folder: Path) -> None:
    for file in model_files(source):
        shutil.copy2(file, folder / file.name)
