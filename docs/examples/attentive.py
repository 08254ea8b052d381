"""An algorithm that differs from GRPO in all that a method can change without a loop of its own."""

from typing import Any

from pydantic import Field

from bi_bench.api import Algorithm, Parameters, PolicyGradient, RewardTerm, hookimpl


class AttentiveParameters(Parameters):
    """The budget, the reward, and the learning rate of both kinds of updates."""

    steps: int = Field(100, ge=1, description="rollout batches")
    prompts: int = Field(16, ge=1, description="problems a step")
    group: int = Field(4, ge=2, description="rollouts a problem")
    learning_rate: float = Field(1e-6, ge=0, description="of AdamW")
    reward: str | dict[str, Any] = Field("answer", description="a reward, or a table of one")


class Attentive(Algorithm[AttentiveParameters]):
    """GRPO that avoids solved problems, credits right steps in full, and is shown what it cannot solve."""

    name = "attentive"
    needs = frozenset({"graph", "demonstrations"})

    def phases(self):
        params = self.params
        config = {"loss_type": "grpo", "learning_rate": params.learning_rate}
        return [
            PolicyGradient(
                steps=params.steps,
                prompts=params.prompts,
                group=params.group,
                rewards=(RewardTerm.of(params.reward),),
                config=config,
            )
        ]

    def choose(self, history, n, rng):
        """Problems whose last rollouts all earned 1 are asked only when nothing else is left."""
        solved = [
            index
            for index, earned in history.rewards.items()
            if min(earned[-self.params.group :]) == 1
        ]
        fresh = [index for index in range(len(history.problems)) if index not in set(solved)]
        rng.shuffle(fresh)
        return (fresh + solved)[:n]

    def credit(self, rollouts, advantages, room):
        """A bad rollout's right steps are not punished: their tokens have the advantage 0."""
        rows = []
        for rollout, advantage in zip(rollouts, advantages, strict=True):
            right = [v.step for v in room.verdicts(rollout) if v.right and advantage < 0]
            rows.append(
                [
                    0.0 if any(step.start <= start < step.end for step in right) else advantage
                    for start, end in rollout.spans
                ]
            )
        return rows

    def between(self, rollouts, rewards, room):
        """One supervised update on the problems of the step that no rollout solved; stop if all did."""
        best = {}
        for rollout, reward in zip(rollouts, rewards, strict=True):
            best[rollout.problem] = max(reward, best.get(rollout.problem, reward))
        shown = [(index, room.demonstration(index)) for index, most in best.items() if most == 0]
        pairs = [(index, text) for index, text in shown if text is not None]
        if pairs:
            room.imitate(pairs, learning_rate=self.params.learning_rate)
        return min(rewards) == 1


@hookimpl
def bi_bench_algorithms():
    return [Attentive]
