from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from bi_bench.api import Decoding, ExpertIteration, Rollout
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl.expert_iteration import keep_right, train_expert_iteration
from bi_bench.training.trl.task import RLTask
from tests.training.conftest import by_text

PROMPTS = [f"{name} 6 . ? {name} <think>" for name in "abcdefgh"]
END = 0


def train(
    tiny: Checkpoint, scratch: Path, reward: Any, *, seed: int = 1, rounds: int = 2, **config: Any
) -> Trained:
    seed_everything(seed)
    phase = ExpertIteration(steps=rounds, prompts=6, group=4, **{"learning_rate": 3e-3, **config})
    job = TrainingJob(tiny, Numerics(), seed, scratch)
    task = RLTask(phase, PROMPTS, by_text(reward), Decoding(16, 2.0), 32, 8)
    return train_expert_iteration(job, task)


def weights(checkpoint: Checkpoint) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in checkpoint.model.parameters()])


def even(index: Any, texts: list[str]) -> list[float]:
    return [float(len(text.split()) % 2 == 0) for text in texts]


def test_right_distinct_complete_completions_are_kept_up_to_a_number() -> None:
    rows = [[1, END], [2, END], [1, END], [3, END], [4, END], [5, 5], [6, END]]
    problems = [0, 0, 0, 0, 0, 0, 7]
    rollouts = [
        Rollout(problem, "", tuple(row), truncated=row[-1] != END)
        for problem, row in zip(problems, rows, strict=True)
    ]
    rewards = [1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    kept = keep_right(rollouts, rewards, 2)
    assert kept == [(0, [1, END]), (0, [3, END]), (7, [6, END])]
    assert keep_right(rollouts, [0.0] * 7, 2) == []
    assert len(keep_right(rollouts, rewards, 9)) == 4


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
