"""Models and tokenizers from folders or the hub, and back into folders as safetensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from bi_bench.api import UserError
from bi_bench.training.hub_code import refuse_kernels
from bi_bench.training.identity import parse
from bi_bench.training.lora import merged_state
from bi_bench.training.weights import check_source, load_model, not_finite


@dataclass(frozen=True, slots=True)
class Numerics:
    """Device, dtype and CPU threads of a stage: "cpu" or "cuda", "float32" or "bfloat16"."""

    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 1

    @classmethod
    def from_identity(cls, identity: Mapping[str, object]) -> Numerics:
        """From the numerics part of a stage identity; sets torch's thread count."""
        numerics = parse(cls, identity)
        torch.set_num_threads(numerics.threads)
        if numerics.device == "cuda" and not torch.cuda.is_available():
            raise UserError(
                "numerics.device is cuda, but torch finds no CUDA device; set it to cpu"
            )
        return numerics

    @property
    def bf16(self) -> bool:
        """True if trainers compute in bfloat16 (weights stay float32)."""
        return self.dtype == "bfloat16"


def load_tokenizer(source: Path | str, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer of a checkpoint, padding on the left.

    UserError if it cannot be read or names no token that ends a text, or if the folder is damaged.
    """
    check_source(source)
    try:
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
            source, padding_side="left", revision=revision, trust_remote_code=False
        )
    except Exception as error:  # the tokenizers library raises nothing narrower
        raise UserError(f"cannot load a tokenizer from {source}: {error}") from error
    if tokenizer.eos_token_id is None:
        raise UserError(
            f"{source}: the tokenizer has no end-of-sequence token; name it as eos_token in "
            "tokenizer_config.json"
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A causal language model with its tokenizer."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @classmethod
    def load(
        cls, source: Path | str, numerics: Numerics, revision: str | None = None
    ) -> Checkpoint:
        """Load from a folder or the hub, weights in float32 on the device of ``numerics``.

        UserError if the files cannot be read, or are not all of a model whose answers can end.
        Remote code is never run.
        """
        refuse_kernels(source, revision)
        tokenizer = load_tokenizer(source, revision)
        model = load_model(source, revision=revision, trust_remote_code=False)
        model.to(numerics.device)  # type: ignore[arg-type]
        return cls(model, tokenizer)

    def save(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokenizer into ``folder``.

        In the midst of training with adapters: the weights with the adapters added. UserError for
        weights that are not finite: nothing is saved then.
        """
        state = merged_state(self.model)
        if problem := not_finite(state or self.model.state_dict()):
            raise UserError(f"training left {problem}; a lower learning rate may help")
        self.model.save_pretrained(folder, state_dict=state)
        self.tokenizer.save_pretrained(folder)
