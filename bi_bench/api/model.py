"""The base class of base models: the causal language model that a cell starts from."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from bi_bench.api.plugin import P, Plugin

MODEL_FILES = (".json", ".safetensors", ".jinja", ".model", ".txt")
"""Suffixes of the files that make up a checkpoint; others in its folder are not used."""


@dataclass(frozen=True, slots=True)
class ModelSource:
    """Where weights and tokenizer come from: a local ``folder``, or a hub id with its revision.

    ``identity`` enters the content key: :func:`model_digest` for a folder; for the hub the
    commit, or "unresolved" as long as no revision is fixed.
    """

    identity: str
    folder: Path | None = None
    hub_id: str | None = None
    revision: str | None = None


def model_files(folder: Path) -> list[Path]:
    """The files of a checkpoint folder that are used: weights, configuration, tokenizer, chat template."""
    return sorted(f for f in folder.iterdir() if f.suffix in MODEL_FILES and f.is_file())


def model_digest(folder: Path) -> str:
    """SHA-256 over :func:`model_files`, for the ``identity`` of a source that is a folder."""
    digest = hashlib.sha256()
    for file in model_files(folder):
        digest.update(file.name.encode() + b"\n")
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Pace:
    """Rough speed on one CPU thread, for estimates: answers generated and trained on, per second."""

    generated: float
    trained: float


class LanguageModel(Plugin[P], ABC):
    """A causal language model in transformers' format, before any training by bi_bench."""

    @abstractmethod
    def source(self) -> ModelSource:
        """Where the model is; must need no network and no torch."""

    def pace(self) -> Pace | None:
        """How fast it is, if known."""
        return None
