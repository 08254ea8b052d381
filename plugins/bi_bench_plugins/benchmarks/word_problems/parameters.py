"""The parameters of the benchmarks that read problems instead of generating them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pydantic
from pydantic import Field

from bi_bench.api import Parameters, UserError
from bi_bench_plugins.benchmarks.word_problems.files import PARTS, file_of

ID = "dataset on the hub"
_COMMIT = re.compile(r"[0-9a-f]{40}")


class SourceParameters(Parameters):
    """Either ``id`` with a ``revision`` (a dataset of the hub) or ``path`` (a folder)."""

    id: str = Field(default="", description=ID)
    revision: str = Field(
        default="",
        description="commit of the dataset, 40 hexadecimal digits",
        examples=["0123456789abcdef0123456789abcdef01234567"],
    )
    path: str = Field(
        default="", description="folder with train and test as .jsonl or .parquet", exclude=True
    )  # not in the content key: the digest of the files is
    digest: str = Field(default="", description="digest of the files in path; filled in")

    bad_rows: int = Field(
        default=0,
        ge=0,
        description="rows of train, and of test, that may be unusable; they are left out and counted",
    )

    @pydantic.model_validator(mode="before")
    @classmethod
    def _digest_of_path(cls, data: Any) -> Any:
        if not (isinstance(data, dict) and isinstance(data.get("path"), str) and data["path"]):
            return data
        digest, planned = _digest(Path(data["path"])), data.get("digest")
        if planned not in (None, "", digest):
            raise UserError(f"{data['path']}: the files changed since the plan was made; run again")
        return {**data, "digest": digest}

    @pydantic.model_validator(mode="after")
    def _one_source(self) -> SourceParameters:
        # Stages that read no problems get the digest alone.
        if bool(self.id) == bool(self.path or self.digest):
            raise ValueError("give either id (a dataset of the hub) or path (a folder)")
        if self.id and not _COMMIT.fullmatch(self.revision):
            raise ValueError(
                "revision must be a commit of the dataset (40 hexadecimal digits), "
                "so that a result says which problems it is about"
            )
        return self


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for part in PARTS:
        file = file_of(folder, part)
        digest.update(file.name.encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
