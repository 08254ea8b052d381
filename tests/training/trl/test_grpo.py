from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from bi_bench.api import Decoding, PolicyGradient, Rollout, UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.rollouts import earned
from bi_bench.training.trl.task import RLTask
from tests.training.conftest import by_text

# Nothing the model has learnt to answer: what it says to this differs from rollout to rollout.
PROMPTS = [f"{name} ; back {name} ? so" for name in "abcdefgh"]


def train(tiny: Checkpoint, scratch: Path, *, seed: int = 1, **config: object) -> Trained:
    seed_everything(seed)
    phase = PolicyGradient(
        steps=2, prompts=4, group=4, config={"learning_rate": 1e-3, "loss_type": "grpo", **config}
    )
    job = TrainingJob(tiny, Numerics(), seed, scratch)
    return train_grpo(job, RLTask(phase, PROMPTS, by_text(odd), Decoding(12), 16, 16))


def odd(index: object, texts: Sequence[str]) -> list[float]:
    return [float(len(text) % 2) for text in texts]


def weights(checkpoint: Checkpoint) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in checkpoint.model.parameters()])


def test_one_seed_repeats_and_another_differs(tiny: Checkpoint, tmp_path: Path) -> None:
    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    results = []
    for seed in (1, 1, 2):
        tiny.model.load_state_dict(start)
        train(tiny, tmp_path, seed=seed)
        results.append(weights(tiny))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


def test_learning_rate_zero_changes_nothing(tiny: Checkpoint, tmp_path: Path) -> None:
    before = weights(tiny)
    trained = train(tiny, tmp_path, learning_rate=0.0, weight_decay=0.1)
    assert torch.equal(weights(tiny), before)
    assert trained.tokens_generated > 0
    assert [row["step"] for row in trained.log] == [1, 2]


def test_what_trl_would_swallow_is_refused() -> None:
    two = [Rollout(0, text, (1,), truncated=False) for text in "ab"]
    assert earned(lambda rollouts: [True, 0.5], two) == [1.0, 0.5]
    with pytest.raises(ValueError, match="1 numbers for 2"):
        earned(lambda rollouts: [1.0], two)
    with pytest.raises(ValueError, match="not finite"):
        earned(lambda rollouts: [math.inf, 0.0], two)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"loss_type": "gpro"}, 'loss_type "gpro" is not one of .*did you mean "grpo"'),
        ({"max_steps": 3}, 'field "max_steps" of GRPOConfig is set by bi_bench'),
        ({"learning_rat": 1.0}, 'no field "learning_rat"; did you mean "learning_rate"'),
    ],
)
def test_bad_configuration_is_refused_before_the_first_rollout(
    tiny: Checkpoint, tmp_path: Path, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        train(tiny, tmp_path, **config)
