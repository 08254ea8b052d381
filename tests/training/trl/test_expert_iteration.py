from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from bi_bench.api import Phase, UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.sampler import Decoding
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl.expert_iteration import keep_right, train_expert_iteration
from bi_bench.training.trl.task import RLTask

PROMPTS = [f"{name} 6 . ? {name} <think>" for name in "abcdefgh"]
END = 0


def train(
    tiny: Checkpoint, scratch: Path, reward: Any, *, seed: int = 1, rounds: int = 2, **config: Any
) -> Trained:
    seed_everything(seed)
    phase = Phase("expert-iteration", rounds, 6, 4, config={"learning_rate": 3e-3, **config})
    job = TrainingJob(tiny, Numerics(), seed, scratch)
    return train_expert_iteration(job, RLTask(phase, PROMPTS, reward, Decoding(16, 2.0), 32, 8))


def weights(checkpoint: Checkpoint) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in checkpoint.model.parameters()])


def even(index: Any, texts: list[str]) -> list[float]:
    return [float(len(text.split()) % 2 == 0) for text in texts]


def test_right_distinct_complete_completions_are_kept_up_to_a_number() -> None:
    rows = [[1, END], [2, END], [1, END], [3, END], [4, END], [5, 5], [6, END]]
    problems = [0, 0, 0, 0, 0, 0, 7]
    rewards = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    kept = keep_right(problems, rows, rewards, 2, END)
    assert kept == [(0, [1, END]), (0, [3, END]), (7, [6, END])]
    assert keep_right(problems, rows, [0.0] * 7, 2, END) == []
    assert len(keep_right(problems, rows, rewards, 9, END)) == 4


def test_rounds_make_what_is_rewarded_more_frequent(tiny: Checkpoint, tmp_path: Path) -> None:
    trained = train(tiny, tmp_path, even, rounds=6, epochs=4.0, batch_size=8)
    rewards = [row["reward"] for row in trained.log]
    assert [row["step"] for row in trained.log] == [1, 2, 3, 4, 5, 6]
    assert 0 < rewards[0] < 0.9
    assert sum(rewards[-2:]) > sum(rewards[:2])
    assert all(row["kept"] <= 4 * row["problems"] <= 24 for row in trained.log)
    assert trained.tokens_generated > 0


def test_rounds_without_a_right_answer_change_nothing(tiny: Checkpoint, tmp_path: Path) -> None:
    before = weights(tiny)
    trained = train(tiny, tmp_path, lambda index, texts: [0.0] * len(texts))
    assert torch.equal(weights(tiny), before)
    assert [row["kept"] for row in trained.log] == [0, 0]
    assert trained.tokens_trained == 0


def test_one_seed_repeats_and_another_differs(tiny: Checkpoint, tmp_path: Path) -> None:
    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    results = []
    for seed in (1, 1, 2):
        tiny.model.load_state_dict(start)
        train(tiny, tmp_path, even, seed=seed)
        results.append(weights(tiny))
    assert torch.equal(results[0], results[1])
    assert not torch.equal(results[0], results[2])


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kept": 3}, 'no setting "kept"; did you mean "keep"'),
        ({"keep": 0}, "keep must be an integer of at least 1"),
        ({"batch_size": 12}, "12 is not a multiple of the micro batch 8"),
    ],
)
def test_bad_settings_are_refused_before_the_first_rollout(
    tiny: Checkpoint, tmp_path: Path, config: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        train(tiny, tmp_path, even, **config)
