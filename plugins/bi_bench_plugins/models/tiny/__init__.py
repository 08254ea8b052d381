"""The embedded base model: half a million parameters, pretrained from scratch, shipped inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bi_bench.api import LanguageModel, ModelSource, Pace, Parameters, UserError, model_digest


class TinyParameters(Parameters):
    """The version of the weights; a version is never replaced in place."""

    weights: Annotated[Literal["tiny-1"], Field(description="version of the weights")] = "tiny-1"


class Tiny(LanguageModel[TinyParameters]):
    """The embedded base model (LFM2 family, 0.5 M parameters): needs no network and no GPU."""

    name = "tiny"

    def source(self) -> ModelSource:
        """The folder inside the package, named by a digest of its files."""
        folder = Path(__file__).parent / self.params.weights
        if not (folder / "model.safetensors").is_file():
            raise UserError(f"the weights of {folder.name} are missing from the installation")
        return ModelSource(model_digest(folder), folder=folder)

    def pace(self) -> Pace:
        """Measured on one thread of a server CPU at four to six operations."""
        return Pace(generated=150.0, trained=70.0)
