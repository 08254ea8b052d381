"""REINFORCE with a running baseline: a trainer with a loop of its own, and an algorithm that uses it."""

from pydantic import Field

from bi_bench.api import Algorithm, Custom, Parameters, Trainer, hookimpl


class ReinforceSettings(Parameters):
    """The ``config`` of a phase of the trainer."""

    learning_rate: float = Field(1e-6, ge=0, description="of AdamW")
    decay: float = Field(0.9, ge=0, lt=1, description="how slowly the baseline follows the rewards")


class ReinforceTrainer(Trainer[ReinforceSettings]):
    """One update a step, with each reward less the running mean of the rewards before (Williams 1992)."""

    name = "reinforce"
    uses = frozenset({"choose"})

    def train(self, room, phase):
        settings, baseline = self.params, None
        while True:
            rollouts = room.rollouts(room.choose(phase.prompts), phase.group)
            rewards = room.rewards(rollouts)
            mean = sum(rewards) / len(rewards)
            baseline = mean if baseline is None else baseline
            advantages = [reward - baseline for reward in rewards]
            numbers = room.policy_update(rollouts, advantages, learning_rate=settings.learning_rate)
            baseline = settings.decay * baseline + (1 - settings.decay) * mean
            if room.step(reward=mean, baseline=baseline, **numbers):
                return


class ReinforceParameters(ReinforceSettings):
    """What a suite can set."""

    steps: int = Field(100, ge=1, description="rollout batches")
    prompts: int = Field(16, ge=1, description="problems a step")
    group: int = Field(4, ge=1, description="rollouts a problem")


class Reinforce(Algorithm[ReinforceParameters]):
    """REINFORCE with a running baseline."""

    name = "reinforce"

    def phases(self):
        params = self.params
        return [
            Custom(
                trainer="reinforce",
                steps=params.steps,
                prompts=params.prompts,
                group=params.group,
                config={"learning_rate": params.learning_rate, "decay": params.decay},
            )
        ]


@hookimpl
def bi_bench_trainers():
    return [ReinforceTrainer]


@hookimpl
def bi_bench_algorithms():
    return [Reinforce]
