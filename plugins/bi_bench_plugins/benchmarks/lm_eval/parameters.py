"""The parameters of a task of lm-eval."""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import Any, Literal

import pydantic
from pydantic import Field

from bi_bench.api import Parameters, UserError


class CatalogueParameters(Parameters):
    """The task, what of it counts, and what runs the model."""

    task: str = Field(min_length=1, description="name of one task, no group", examples=["arc_easy"])
    path: str = Field(
        default="", description="folder with your own tasks, as YAML", exclude=True
    )  # not in the content key: the digest of what is in it is
    digest: str = Field(default="", description="digest of the files in path; filled in")
    lm_eval: str = Field(default="", description="version of lm-eval; filled in")
    metric: str = Field(default="", description="0 or 1 for each problem; empty: the task's first")
    filter: str = Field(default="", description="filter of answers; empty: the task's first")
    num_fewshot: int | None = Field(
        default=None, ge=0, description="examples; none: the task's own"
    )
    backend: Literal["hf", "vllm"] = Field(default="hf", description="what runs the model")

    @pydantic.model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        found = {"lm_eval": importlib.metadata.version("lm-eval")}
        if isinstance(data.get("path"), str) and data["path"]:
            found["digest"] = _digest(Path(data["path"]))
        for key, value in found.items():
            if data.get(key) not in (None, "", value):
                raise UserError(
                    f"lm-eval: {key} is {value}, but it was {data[key]} when the plan was made; "
                    "do not set it, and run again"
                )
        return {**data, **found}


def _digest(folder: Path) -> str:
    if not folder.is_dir():
        raise UserError(f"lm-eval: path: there is no folder {folder}")
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
