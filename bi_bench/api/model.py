"""The base class of models: the language model that a cell starts from."""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bi_bench.api.identity import NumericsIdentity
from bi_bench.api.loaded_model import LoadedModel
from bi_bench.api.plugin import P, Plugin

CAUSAL = "causal"
"""The kind of models that bi_bench loads, samples and trains by itself."""

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
    """A language model before any training by bi_bench.

    ``kind``: "causal" for a model in transformers' format that predicts the next token, which needs
    nothing more. Any other name is a kind of its own: the plugin says how such a model is loaded, and
    algorithms and analyses name the kinds that they serve.
    """

    kind: ClassVar[str] = CAUSAL

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not isinstance(cls.kind, str) or not re.fullmatch(r"[a-z][a-z0-9-]*", cls.kind):
            raise TypeError(
                f'{cls.__name__}.kind is {cls.kind!r}; a kind is a name in lower case, like "n-gram"'
            )
        if (cls.kind == CAUSAL) != (cls.load is LanguageModel.load) and "name" in vars(cls):
            own = "bi_bench loads models of that kind: leave out load, or name another kind"
            other = "a kind of its own needs a method load"
            raise TypeError(
                f'{cls.__name__}.kind is "{cls.kind}"; {own if cls.kind == CAUSAL else other}'
            )

    @abstractmethod
    def source(self) -> ModelSource:
        """Where the model is; must need no network and no torch.

        One of another kind than "causal" may have neither folder nor hub id: it starts from scratch.
        """

    def pace(self) -> Pace | None:
        """How fast it is, if known."""
        return None

    def load(self, folder: Path | None, numerics: NumericsIdentity) -> LoadedModel:
        """The model in a folder: that of its source, or one that it was saved to.

        Asked of kinds other than "causal" alone. None: from scratch, as before any training.
        """
        raise NotImplementedError(f'models of the kind "{self.kind}" are loaded by bi_bench')
