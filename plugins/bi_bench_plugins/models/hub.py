"""Any causal language model of transformers, from the Hugging Face hub or a local folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from bi_bench.api import LanguageModel, ModelSource, Parameters, model_digest
from bi_bench.api.checkpoint import check_checkpoint


class HubParameters(Parameters):
    """Either ``id`` (with a ``revision``, best a commit) or ``path``."""

    id: Annotated[str, Field(description="id on the hub", examples=["Qwen/Qwen2.5-1.5B"])] = ""
    revision: Annotated[str, Field(description="commit, tag or branch; empty: resolved at run")] = (
        ""
    )
    path: Annotated[
        str, Field(description="folder with config.json and safetensors", exclude=True)
    ] = ""  # not in the content key: the digest of its files is

    @model_validator(mode="after")
    def _one_source(self) -> HubParameters:
        if bool(self.id) == bool(self.path):
            raise ValueError("give either id (a hub model) or path (a local folder)")
        return self


class Hub(LanguageModel[HubParameters]):
    """Any transformers causal language model: ``id`` and ``revision`` on the hub, or a ``path``."""

    name = "hub"

    def source(self) -> ModelSource:
        """The hub reference as it stands, or the folder with a digest of its files.

        UserError if what is in the folder is no whole checkpoint, as far as that shows without torch.
        """
        params = self.params
        if params.path:
            folder = Path(params.path)
            check_checkpoint(folder)
            return ModelSource(model_digest(folder), folder=folder.absolute())
        identity = f"{params.id}@{params.revision or 'unresolved'}"
        return ModelSource(identity, hub_id=params.id, revision=params.revision or None)
