"""Low-rank adapters (LoRA, Hu et al., arXiv 2106.09685) for a trainer, merged when it is done.

Nothing outside a trainer has to do with adapters: a stage saves whole weights, so that every later
stage reads an ordinary checkpoint. Weights are float32 here, and so is the sum of weight and adapter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import PreTrainedModel

from bi_bench.api import UserError

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel


@dataclass(frozen=True, slots=True)
class LoRA:
    """Adapters of this ``rank`` on the modules ``targets``; none named: all linear ones but the head.

    What an adapter adds is scaled by ``alpha / rank``.
    """

    rank: int
    alpha: float
    dropout: float
    targets: tuple[str, ...] = ()


def peft_config(model: PreTrainedModel, lora: LoRA | None) -> LoraConfig | None:
    """The ``peft_config`` of a TRL trainer; UserError if the model has no such module."""
    if lora is None:
        return None
    from peft import LoraConfig

    head = model.get_output_embeddings()
    linear = {
        name.rpartition(".")[2]
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module is not head
    }
    if unknown := sorted(set(lora.targets) - linear):
        raise UserError(
            f'defaults.lora.targets: the model has no linear module "{unknown[0]}"; it has '
            f"{', '.join(sorted(linear))}"
        )
    return LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type]
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets) or "all-linear",
        task_type="CAUSAL_LM",
    )


def adapted(model: PreTrainedModel, lora: LoRA) -> PeftModel:
    """The model with adapters put into it, which alone are trained from now on."""
    from peft import get_peft_model

    config = peft_config(model, lora)
    assert config is not None
    return get_peft_model(model, config)


def has_adapters(model: PreTrainedModel) -> bool:
    """True where a trainer has put adapters into the model that are not merged yet."""
    return any(".lora_" in name for name, _ in model.named_parameters())


def merge(model: torch.nn.Module | None, lora: LoRA | None) -> int | None:
    """Add the adapters that a trainer left in ``model`` to the weights and take them out, in place.

    Every parameter can be trained again afterwards. Returns how many numbers the trainer changed,
    None without adapters.
    """
    if lora is None:
        return None
    from peft import PeftModel

    if not isinstance(model, PeftModel):
        raise TypeError(f"{type(model).__name__} has no adapters")
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    model.merge_and_unload().requires_grad_(True)
    return trained


def merged_state(model: PreTrainedModel) -> dict[str, torch.Tensor] | None:
    """The weights that :func:`merge` would leave, in the midst of training; None without adapters.

    Merging in place and taking the adapters off again would not give back the same numbers.
    """
    from peft.tuners.lora import LoraLayer

    layers: dict[str, Any] = {n: m for n, m in model.named_modules() if isinstance(m, LoraLayer)}
    if not layers:
        return None
    state = {
        name.replace(".base_layer.", "."): value.detach()
        for name, value in model.state_dict().items()
        if ".lora_" not in name
    }
    for name, layer in layers.items():
        for adapter in layer.active_adapters:
            # A new tensor: the weight goes on training. Tied ones stay one, and are saved once.
            weight = f"{name}.weight"
            state[weight] = state[weight] + layer.get_delta_weight(adapter).detach()
    return state
