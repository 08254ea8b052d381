"""A trainer that follows the code released with the BRIDGE paper, where that changes numbers."""

from __future__ import annotations

from typing import Any

import torch

from bi_bench.training.trl.advantages import AdvantageTrainer


class ReleasedCodeTrainer(AdvantageTrainer):
    """The trainer with a scaled gradient and without completions that drifted too far.

    ``gradient_scale`` multiplies the whole loss. AdamW divides it out again but for its epsilon; what
    is left is that ``max_grad_norm`` acts on the scaled gradient. ``kl_mask``, if above 0, takes a
    completion out of the loss whose mean KL term over its tokens is at least so much; the mean over
    the batch still counts it, as a zero. Log-probabilities are taken before the update, so it is the
    KL of the loss where a batch is used for one update alone.
    """

    def __init__(self, *, gradient_scale: float, kl_mask: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._scale, self._kl_mask = gradient_scale, kl_mask

    def compute_loss(self, *arguments: Any, **named: Any) -> Any:
        """TRL's loss, scaled."""
        return super().compute_loss(*arguments, **named) * self._scale

    def _generate_and_score_completions(self, inputs: Any) -> Any:
        output = super()._generate_and_score_completions(inputs)
        if self._kl_mask:
            far = self._mean_kl(output) >= self._kl_mask
            output["completion_mask"] = output["completion_mask"] * ~far[:, None]
            share = self.accelerator.gather(far.float()).mean().item()
            self._metrics["train"]["kl_masked"].append(share)
        return output

    @torch.no_grad()
    def _mean_kl(self, output: Any) -> torch.Tensor:
        mask = output["completion_mask"]
        logps, _, _ = self._get_per_token_logps_and_entropies(
            self.model,
            torch.cat([output["prompt_ids"], output["completion_ids"]], dim=1),
            torch.cat([output["prompt_mask"], mask], dim=1),
            mask.shape[1],
            batch_size=self.args.per_device_train_batch_size,
        )
        difference = output["ref_per_token_logps"] - logps
        kl = torch.exp(difference) - difference - 1  # the estimate that is in the loss (k3)
        mean: torch.Tensor = (kl * mask).sum(-1) / mask.sum(-1).clamp(min=1)
        return mean
