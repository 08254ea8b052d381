"""The embedded base model, for tests and as a stand-in for a model to come."""

from __future__ import annotations

from pathlib import Path

from bi_bench.api import LanguageModel
from bi_bench.plugins import discover
from bi_bench.testing.micro import reference


def embedded_model() -> LanguageModel:
    """The base model of the micro run."""
    return discover().get(LanguageModel, reference("models")).cls()


def embedded_checkpoint() -> Path:
    """Its folder: configuration, weights as safetensors, tokenizer."""
    folder = embedded_model().source().folder
    assert folder is not None, "the micro run needs no network"
    return folder
