"""Models and tokenizers from folders or the hub, and back into folders as safetensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bi_bench.api import UserError
from bi_bench.training.hub_code import refuse_kernels
from bi_bench.training.lora import merged_state


@dataclass(frozen=True, slots=True)
class Numerics:
    """Where and in which precision a stage computes: "cpu" or "cuda", "float32" or "bfloat16"."""

    device: str = "cpu"
    dtype: str = "float32"
    threads: int = 1

    @classmethod
    def from_identity(cls, identity: dict[str, Any]) -> Numerics:
        """From the numerics part of a stage identity; sets torch's thread count."""
        numerics = cls(**identity)
        torch.set_num_threads(numerics.threads)
        if numerics.device == "cuda" and not torch.cuda.is_available():
            raise UserError("numerics.device is cuda, but torch sees no CUDA device; set it to cpu")
        return numerics

    @property
    def bf16(self) -> bool:
        """Whether trainers compute in bfloat16 (weights stay float32)."""
        return self.dtype == "bfloat16"


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

        Raises UserError if the files cannot be read. Remote code is never run.
        """
        refuse_kernels(source, revision)
        common: dict[str, Any] = {"revision": revision, "trust_remote_code": False}
        try:
            tokenizer = AutoTokenizer.from_pretrained(source, padding_side="left", **common)
            model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, **common)
        except (OSError, ValueError) as error:
            raise UserError(
                f"cannot load a causal language model from {source}: {error}"
            ) from error
        if tokenizer.pad_token_id is None:
            tokenizer.pad_token = tokenizer.eos_token
        model.to(numerics.device)  # type: ignore[arg-type]
        return cls(model, tokenizer)

    def save(self, folder: Path) -> None:
        """Write weights (safetensors), configuration and tokenizer into ``folder``.

        In the midst of training with adapters: the weights with the adapters added.
        """
        self.model.save_pretrained(folder, state_dict=merged_state(self.model))
        self.tokenizer.save_pretrained(folder)
