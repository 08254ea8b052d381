"""A reference to a hub model, its id and revision, which a stage holds in place of weights."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from bi_bench.artifacts.artifact import Artifact


class HubReference(Artifact):
    """``source.json``: there only where the model is one of the hub."""

    FILE: ClassVar[str] = "source.json"

    hub_id: str
    revision: str | None = None


def read_reference(folder: Path) -> HubReference | None:
    """The hub model that a stage refers to; None where the folder has the weights."""
    there = (folder / HubReference.FILE).is_file()
    return HubReference.read(folder) if there else None
