"""Parameters that the algorithms share. Their defaults are those of the BRIDGE paper's 1.5B run, so
that rows with the defaults differ in the algorithm alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bi_bench.api import Parameters, PolicyGradient, RewardTerm


class RolloutParameters(Parameters):
    """The budget of a run, its optimizer and what a rollout earns."""

    steps: Annotated[int, Field(ge=1, description="rollout batches")] = 200
    prompts: Annotated[int, Field(ge=1, description="problems a step")] = 32
    group: Annotated[int, Field(ge=2, description="rollouts a problem")] = 32
    learning_rate: Annotated[float, Field(ge=0, description="learning rate")] = 1e-6
    reward: Annotated[
        str | dict[str, Any],
        Field(description="what a rollout earns: a reward by name, or a table with its parameters"),
    ] = "answer"
    max_grad_norm: Annotated[
        float, Field(gt=0, description="norm to which gradients are clipped")
    ] = 1.0
    weight_decay: Annotated[float, Field(ge=0, description="decoupled weight decay")] = 0.01

    def policy_gradient(self, config: Mapping[str, Any]) -> PolicyGradient:
        """The only phase of an algorithm, with TRL's settings in ``config``."""
        return PolicyGradient(
            steps=self.steps,
            prompts=self.prompts,
            group=self.group,
            rewards=(RewardTerm.of(self.reward),),
            config=config,
        )

    def optimizer(self) -> dict[str, Any]:
        """The fields of TRL's configuration that these parameters set."""
        return {
            "learning_rate": self.learning_rate,
            "max_grad_norm": self.max_grad_norm,
            "weight_decay": self.weight_decay,
        }


def is_zero(value: float) -> bool:
    """True if a parameter is off; those that came later are then not in the content key."""
    return value == 0


class ReuseParameters(RolloutParameters):
    """How often a rollout batch is used: once in a single update by default.

    ``kl`` holds the policy near the SFT model: the k3 estimate of the KL divergence, token by token
    in the loss.
    """

    minibatches: Annotated[int, Field(ge=1, description="parts of a batch, one update each")] = 1
    iterations: Annotated[int, Field(ge=1, description="passes over a rollout batch")] = 1
    kl: Annotated[
        float, Field(ge=0, description="weight of the KL term to the SFT model", exclude_if=is_zero)
    ] = 0.0

    def reuse(self) -> dict[str, Any]:
        """The optimizer, the updates for each rollout batch, and the KL term where there is one."""
        counts = {"minibatches": self.minibatches, "num_iterations": self.iterations}
        return {**self.optimizer(), **counts, **({"beta": self.kl} if self.kl else {})}
