"""Loads whole weights: every tensor of the model is in the files, and every number is finite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, GenerationConfig, PreTrainedModel

from bi_bench.api import UserError
from bi_bench.api.checkpoint import check_checkpoint
from bi_bench.store.digests import check_stage_files

_SHOWN = 3


def check_source(source: Path | str) -> None:
    """UserError if a folder is no whole checkpoint, or is of a stage and not what that wrote."""
    if isinstance(source, Path):
        check_stage_files(source)
        check_checkpoint(source)


def load_model(source: Path | str, **arguments: Any) -> PreTrainedModel:
    """A causal language model in float32, from safetensors alone.

    UserError for files that cannot be read, for weights that are missing, not asked for, of another
    shape or not finite: transformers would fill the gaps with random numbers.
    """
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            source,
            dtype=torch.float32,
            use_safetensors=True,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # told below, by name
            **arguments,
        )
    except torch.OutOfMemoryError:
        raise
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(f"cannot load a causal language model from {source}: {error}") from error
    model, report = loaded
    if problem := gaps(report) or not_finite(model.state_dict()):
        raise UserError(f"{source}: {problem}")
    _mend_decoding(model)
    found: PreTrainedModel = model
    return found


def gaps(report: Mapping[str, Any]) -> str:
    """The faults in transformers' loading report, by name; empty where all weights are the model's."""
    other = [entry[0] if isinstance(entry, tuple) else entry for entry in report["mismatched_keys"]]
    found = (
        ("missing", report["missing_keys"]),
        ("of another model", report["unexpected_keys"]),
        ("of another shape", other),
    )
    parts = [f"{_some(sorted(names))} {what}" for what, names in found if names]
    return f"the weights are not those of the model: {'; '.join(parts)}" if parts else ""


def not_finite(state: Mapping[str, torch.Tensor]) -> str:
    """The names of tensors with numbers that are not finite; empty where all are."""
    broken = [name for name, value in state.items() if not _finite(value)]
    return f"weights that are not finite: {_some(broken)}" if broken else ""


def _finite(value: torch.Tensor) -> bool:
    if not value.is_floating_point() or not value.numel():
        return True
    low, high = torch.aminmax(
        value.detach()
    )  # keeps NaN, and needs no mask as large as the weights
    return bool(torch.isfinite(low) and torch.isfinite(high))


def _mend_decoding(model: PreTrainedModel) -> None:
    """Drop decoding habits of the checkpoint that transformers would refuse to save again.

    Nothing here decodes by them: temperature, length and what ends an answer come from the suite.
    """
    habits = model.generation_config
    if habits is None:
        return
    try:
        habits.validate(strict=True)
    except ValueError:
        ends = ("bos_token_id", "eos_token_id", "pad_token_id")
        kept = {name: getattr(habits, name) for name in ends}
        model.generation_config = GenerationConfig(**kept)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
