"""The phase of policy gradient methods: group-relative advantages, losses and regularisers of TRL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bi_bench.api.phase import RolloutPhase

# Losses of TRL's GRPOTrainer that average over each completion first; all others sum over tokens.
_WITHIN_COMPLETIONS = ("grpo", "sapo")
# Without effect where the importance ratio is 1, that is with one update a batch.
_INACTIVE = (
    "epsilon",
    "epsilon_high",
    "importance_sampling_level",
    "minibatches",
    "num_iterations",
    "sapo_temperature_neg",
    "sapo_temperature_pos",
    "vespo_k_neg",
    "vespo_k_pos",
    "vespo_lambda_neg",
    "vespo_lambda_pos",
)
_DEFAULTS = {
    "beta": 0.0,
    "entropy_coef": 0.0,
    "mask_truncated_completions": False,
    "overlong_penalty": 0.0,
    "resample_rounds": 0,
    "advantage": "group",
    "scale_rewards": "group",
    "loss_type": "dapo",  # TRL's
}
_CONSTANT = ("constant", "constant_with_warmup")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGradient(RolloutPhase):
    """Policy gradient updates as TRL's GRPOTrainer makes them.

    ``config``: fields of TRL's GRPOConfig and, besides these, ``minibatches``, ``advantage``,
    ``resample_rounds``, ``overlong_penalty``, ``overlong_share``, ``gradient_scale`` and ``kl_mask``.
    """

    trainer: str = "grpo"
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def updates_per_batch(self) -> int:
        """One for each minibatch and pass over the batch."""
        return int(self.config.get("minibatches", 1) * self.config.get("num_iterations", 1))

    @property
    def fixed_length(self) -> str:
        """A learning rate that falls needs to know the end."""
        schedule = self.config.get("lr_scheduler_type", "constant")
        if schedule in _CONSTANT:
            return ""
        return f'has the schedule "{schedule}", which needs a fixed number of steps'

    def objective(self) -> object:
        """The settings that decide the direction of the gradient.

        With one update a batch the importance ratio is 1 everywhere, so clipping, its bounds and the
        level of the ratio do nothing. What is left of a loss is how it averages over tokens, within each
        completion first or over all; a constant in front scales the gradient and does not turn it.
        """
        budget = [self.trainer, self.start, self.steps, self.prompts, self.group]
        rewards = [[term.name, dict(term.params), term.weight] for term in self.terms]
        if self.updates_per_batch > 1:
            return [*budget, rewards, dict(self.config)]
        active = {k: v for k, v in {**_DEFAULTS, **self.config}.items() if k not in _INACTIVE}
        active["within"] = active.pop("loss_type") in _WITHIN_COMPLETIONS
        scale, advantage = active.pop("scale_rewards"), active.pop("advantage")
        # Leaving oneself out of the mean scales the advantage by group / (group - 1).
        centred = advantage == "leave-one-out" or (
            advantage == "group" and scale in ("none", False)
        )
        by = "group" if scale is True else scale
        active["advantage"] = "centred" if centred else [advantage, by]
        if not active["overlong_penalty"]:
            active.pop("overlong_share", None)
        return [*budget, rewards, active]

    def work(self, sft_batch: int) -> tuple[float, float] | None:
        """Every rollout is generated once, and again in each round of resampling at most."""
        rollouts = float(self.steps * self.prompts * self.group)
        drawn = rollouts * (1 + self.config.get("resample_rounds", 0))
        return drawn, rollouts * self.config.get("num_iterations", 1)
