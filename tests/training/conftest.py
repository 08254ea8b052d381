from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from bi_bench.api import Decoding, PolicyGradient
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.task import RewardFunction, RLTask
from bi_bench_plugins.models.tiny import Tiny

# The model goes on from here as it likes, so the completions of a group differ, in length too.
PROMPTS = [f"{name} 6 . " for name in "abcdefgh"]
LIMIT = 24
# Plain gradient descent without clipping: what the weights move by is the gradient itself.
PLAIN = {"optim": "sgd", "weight_decay": 0.0, "max_grad_norm": 1e9}
Train = Callable[..., Trained]


@pytest.fixture
def tiny() -> Checkpoint:
    """The shipped model, fresh for every test."""
    folder = Tiny().source().folder
    assert isinstance(folder, Path)
    return Checkpoint.load(folder, Numerics())


def some_rewards(index: Any, texts: Any) -> list[float]:
    """Rewards that differ within groups, whatever the texts are."""
    return [float(place % 3 == index[place] % 2) for place in range(len(texts))]


def by_text(reward: Callable[[list[int], list[str]], list[float]]) -> RewardFunction:
    """A reward of rollouts that looks at their problems and texts alone."""
    return lambda rollouts: reward(
        [each.problem for each in rollouts], [each.text for each in rollouts]
    )


@pytest.fixture
def train(tiny: Checkpoint, tmp_path: Path) -> Train:
    """One rollout batch of 4 x 4 from the same weights, by plain gradient descent."""
    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}

    def run(
        *,
        reward: Any = some_rewards,
        steps: int = 1,
        rate: float = 0.1,
        numerics: Numerics | None = None,
        how: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> Any:
        tiny.model.load_state_dict(start)
        seed_everything(1)
        phase = PolicyGradient(
            steps=steps, prompts=4, group=4, config={"learning_rate": rate, **PLAIN, **config}
        )
        job = TrainingJob(tiny, numerics or Numerics(), 1, tmp_path)
        task = RLTask(phase, PROMPTS, by_text(reward), Decoding(LIMIT), 16, 16, **(how or {}))
        return train_grpo(job, task)

    return run


@pytest.fixture
def moved(tiny: Checkpoint, train: Train) -> Callable[..., torch.Tensor]:
    """What the weights move by in one such run, as a vector."""
    before = weights(tiny)

    def run(**arguments: Any) -> torch.Tensor:
        train(**arguments)
        return weights(tiny) - before

    return run


def weights(checkpoint: Checkpoint) -> torch.Tensor:
    """All parameters of the model in one vector."""
    return torch.cat([p.detach().flatten() for p in checkpoint.model.parameters()])
