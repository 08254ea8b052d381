"""The stage "base": the untrained model as a folder, or as a hub id with its revision."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from bi_bench.api import BaseModel, ModelSource, UserError
from bi_bench.stages.context import StageContext
from bi_bench.stages.tables import write_json


def run(context: StageContext) -> dict[str, Any]:
    """Copy a local checkpoint, or note a hub id and revision for transformers to load."""
    model: BaseModel = context.plugin("models", "model")
    source = model.source()
    if source.folder is None:
        reference = {"hub_id": source.hub_id, "revision": source.revision}
        write_json(context.folder / "source.json", reference)
        return {}
    _copy(source, context.folder)
    return {}


def weights(folder: Path) -> tuple[Path | str, str | None]:
    """Where to load from, given the folder of a stage that holds a model: path or hub id, revision."""
    reference = folder / "source.json"
    if reference.exists():
        data = json.loads(reference.read_text())
        return data["hub_id"], data["revision"]
    return folder, None


def _copy(source: ModelSource, folder: Path) -> None:
    if source.folder is None or not (source.folder / "config.json").is_file():
        raise UserError(f"{source.folder}: no config.json there; a checkpoint folder needs one")
    for file in sorted(source.folder.iterdir()):
        if file.suffix in (".json", ".safetensors", ".jinja", ".model", ".txt"):
            shutil.copy2(file, folder / file.name)
