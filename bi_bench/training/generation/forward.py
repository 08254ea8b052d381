"""Next-token logits of a growing batch: of one model with its cache, or of several combined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, cast

import torch
from transformers import DynamicCache, PreTrainedModel

Combine = Callable[[Mapping[str, torch.Tensor]], torch.Tensor]


class Forward(Protocol):
    """A batch of rows that the sampler extends; what was read before is cached."""

    def __call__(
        self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """Read new tokens [rows, new]; float32 logits after the last one, [rows, vocabulary]."""

    def select(self, rows: torch.Tensor) -> None:
        """Keep, drop or repeat rows of the batch."""


class OneModel:
    """One model with its cache."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model, self.cache = model, DynamicCache(config=model.config)

    def __call__(
        self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """As :class:`Forward`; the mask covers cached tokens too."""
        output = self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = output.logits[:, -1].float()
        return logits

    def select(self, rows: torch.Tensor) -> None:
        """What transformers calls reordering, for any index."""
        self.cache.reorder_cache(cast(torch.LongTensor, rows))


class Mixture(torch.nn.Module):
    """Several models that read the same tokens, and the function that combines their logits."""

    def __init__(self, models: Mapping[str, PreTrainedModel], combine: Combine) -> None:
        super().__init__()
        self.names = tuple(models)
        self.members = torch.nn.ModuleList(models.values())
        self.combine = combine

    def models(self) -> Iterator[tuple[str, PreTrainedModel]]:
        """Its models by name."""
        return zip(self.names, cast("Iterator[PreTrainedModel]", self.members), strict=True)

    @property
    def device(self) -> torch.device:
        """That of its models."""
        return next(self.parameters()).device


class _Combined:
    def __init__(self, mixture: Mixture) -> None:
        self.parts = {name: OneModel(model) for name, model in mixture.models()}
        self.combine = mixture.combine

    def __call__(
        self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        logits = {name: part(ids, mask, positions) for name, part in self.parts.items()}
        # Models pad their output layers differently; what lies beyond the smallest is no token.
        width = min(each.shape[-1] for each in logits.values())
        return self.combine({name: each[:, :width] for name, each in logits.items()})

    def select(self, rows: torch.Tensor) -> None:
        for part in self.parts.values():
            part.select(rows)


def begin(model: PreTrainedModel | Mixture) -> Forward:
    """An empty batch."""
    return _Combined(model) if isinstance(model, Mixture) else OneModel(model)
