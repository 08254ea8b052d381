"""The divergence of trainer and sampler in log-probabilities, logged with every rollout batch.

Sampler and trainer share weights, but not kernels, batches or precision. The rest
makes every step a little off-policy, so each run logs it.
"""

from __future__ import annotations

from typing import Any

import torch
from trl.trainer.grpo_trainer import GRPOTrainer

# As TRL calls what it logs itself where vLLM draws the rollouts.
MEAN = "sampling/sampling_logp_difference/mean"
LARGEST = "sampling/sampling_logp_difference/max"


class DivergenceTrainer(GRPOTrainer):
    """GRPOTrainer that logs |log p(trainer) - log p(sampler)| over the sampled tokens.

    Measured in the forward pass of the loss, at no cost, in the first of the ``updates`` that a rollout
    batch is used for: later on the weights have moved. TRL measures by itself with vLLM.
    """

    def __init__(self, *, updates: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._updates = updates
        self._sampled: tuple[torch.Tensor, torch.Tensor] | None = None

    def _compute_loss(self, model: Any, inputs: Any) -> Any:
        scores = inputs.get("sampling_per_token_logps")
        fresh = self.state.global_step % self._updates == 0
        if scores is not None and fresh and not self.use_vllm:
            self._sampled = scores, inputs["completion_mask"].bool()
        return super()._compute_loss(model, inputs)  # type: ignore[no-untyped-call]

    def _get_per_token_logps_and_entropies(self, *arguments: Any, **named: Any) -> Any:
        found = super()._get_per_token_logps_and_entropies(*arguments, **named)
        if self._sampled is not None:
            scores, mask = self._sampled
            self._sampled = None
            self._note(difference(found[0].detach(), scores, mask))
        return found

    def _note(self, distances: torch.Tensor) -> None:
        metrics = self._metrics["train"]
        distances = self.accelerator.gather(torch.stack([distances.mean(), distances.max()]))
        metrics[MEAN].append(distances[::2].mean().item())
        # The log shows means of such lists; of a maximum there is one a step.
        metrics[LARGEST][:] = [max([*metrics[LARGEST], distances[1::2].max().item()])]


def difference(trainer: torch.Tensor, sampler: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """|trainer - sampler| at the tokens of ``mask``, all of shape (rows, positions); never empty."""
    found = (trainer.float() - sampler).abs()[mask]
    return found if found.numel() else found.new_zeros(1)
