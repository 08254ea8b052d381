"""Subspaces of the gradient: all of it, the last layers, a low rank, a random projection."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from transformers import PreTrainedModel

from bi_bench.api import UserError, derive_seed

SubspaceKind = Literal["full", "last-layers", "lora", "projection"]
Gradient = list[torch.Tensor]


@dataclass(frozen=True, slots=True)
class Subspace:
    """A linear view of the gradient; inner products are taken in it.

    - ``full``: every parameter;
    - ``last-layers``: the parameters of the last ``size`` transformer layers, without embeddings,
      final norm and head;
    - ``lora``: what adapters of rank ``size`` on the linear maps of the layers would get at their
      start (B = 0, A Gaussian): the gradient of W times the transpose of A, A with variance
      1 / rank, so that inner products are those over these maps in expectation;
    - ``projection``: a count sketch of all parameters into ``size`` numbers: each coordinate goes
      with a random sign into a random one. Inner products are unbiased, with a standard error of
      at most sqrt(2 / size) times both norms (Charikar, Chen, Farach-Colton 2002).

    ``seed`` decides A and the sketch. Raises UserError for a size that makes no sense.
    """

    kind: SubspaceKind = "full"
    size: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(SubspaceKind):
            raise UserError(f'"{self.kind}" is not one of {", ".join(get_args(SubspaceKind))}')
        if (self.kind == "full") != (self.size == 0) or self.size < 0:
            raise UserError(
                f'gradients "{self.kind}" with size {self.size}: "full" has size 0, the others need '
                "a number of layers, a rank or a number of dimensions"
            )

    def parameters(self, model: PreTrainedModel) -> dict[str, torch.nn.Parameter]:
        """The parameters that have to be differentiated, by name."""
        everything = dict(model.named_parameters())
        if self.kind in ("full", "projection"):
            return everything
        layers = {name: layer for name in everything if (layer := _layer(name)) is not None}
        count = len(set(layers.values()))
        if self.kind == "last-layers":
            if self.size > count:
                raise UserError(f"{self.size} last layers, but the model has {count}")
            return {n: p for n, p in everything.items() if layers.get(n, -1) >= count - self.size}
        linear = {
            f"{name}.weight"
            for name, module in model.named_modules()
            if isinstance(module, torch.nn.Linear)
        }
        chosen = {name: everything[name] for name in layers if name in linear}
        if not chosen:
            raise UserError(
                "the model has no linear maps in numbered layers; take another subspace"
            )
        return chosen

    def view(self, gradients: dict[str, torch.Tensor]) -> Gradient:
        """The gradients of :meth:`parameters`, reduced to this subspace."""
        if self.kind == "lora":
            return [
                gradient @ self._adapter(name, gradient) for name, gradient in gradients.items()
            ]
        if self.kind == "projection":
            return [self._sketch(gradients)]
        return list(gradients.values())

    def _adapter(self, name: str, gradient: torch.Tensor) -> torch.Tensor:
        shape = (gradient.shape[1], self.size)
        adapter = torch.randn(shape, generator=self._generator(name)) / math.sqrt(self.size)
        return adapter.to(gradient.device, gradient.dtype)

    def _sketch(self, gradients: dict[str, torch.Tensor]) -> torch.Tensor:
        sketch = next(iter(gradients.values())).new_zeros(self.size)
        for name, gradient in gradients.items():
            # Drawn again for each gradient: kept, they would take more room than the parameters.
            generator = self._generator(name)
            places = torch.randint(self.size, (gradient.numel(),), generator=generator)
            signs = torch.randint(2, (gradient.numel(),), generator=generator) * 2 - 1
            signed = gradient.flatten() * signs.to(gradient.device, gradient.dtype)
            sketch.index_add_(0, places.to(gradient.device), signed)
        return sketch

    def _generator(self, name: str) -> torch.Generator:
        return torch.Generator().manual_seed(derive_seed(self.seed, name))


def _layer(name: str) -> int | None:
    """The number of the layer in a parameter's name ("model.layers.3.mlp.w1.weight")."""
    return next((int(part) for part in name.split(".") if part.isdigit()), None)
