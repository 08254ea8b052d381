from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from bi_bench.api import Decoding, PolicyGradient, derive_seed
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.generation.sampler import sample
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.advantages import (
    batch_normalised,
    centred_batch_normalised,
    leave_one_out,
)
from bi_bench_plugins.algorithms.rloo import RLOO
from bi_bench_plugins.algorithms.shared import RolloutParameters

Moved = Callable[..., torch.Tensor]
PROMPTS, LIMIT = [f"{name} 6 . " for name in "abcdefgh"], 24  # of the runs, see conftest.py
ONE_OF_EIGHT = torch.tensor([[1.0, 0, 0, 0, 0, 0, 0, 0]])


def test_advantages_worked_by_hand() -> None:
    rewards = torch.tensor([[1.0, 0, 0, 0], [1, 1, 1, 1]])
    third = 1 / 3
    expected = torch.tensor([[1.0, -third, -third, -third], [0, 0, 0, 0]])
    assert torch.allclose(leave_one_out(rewards), expected)
    spread = (15 / 64) ** 0.5  # 5 of 8 right
    expected = torch.tensor([[0.375, -0.625, -0.625, -0.625], [0.375] * 4]) / spread
    assert torch.allclose(batch_normalised(rewards), expected)
    centred = torch.tensor([[0.75, -0.25, -0.25, -0.25], [0, 0, 0, 0]])
    assert torch.allclose(centred_batch_normalised(rewards), centred / (0.75 / 8) ** 0.5)


def test_leaving_one_out_is_the_mean_baseline_scaled() -> None:
    mean_only = ONE_OF_EIGHT - ONE_OF_EIGHT.mean()
    assert float(mean_only[0, 0]) == 0.875
    assert torch.allclose(leave_one_out(ONE_OF_EIGHT), mean_only * 8 / 7)


@pytest.mark.parametrize("advantage", [leave_one_out, batch_normalised, centred_batch_normalised])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_equal_rewards_move_nothing(
    advantage: Callable[[torch.Tensor], torch.Tensor], value: float
) -> None:
    assert torch.equal(advantage(torch.full((3, 4), value)), torch.zeros(3, 4))


def test_rloo_takes_the_gradient_of_its_formula(
    tiny: Checkpoint, moved: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(1 / n) sum_i (r_i - mean of the others) grad log p(completion i), Ahmadian et al., RLOO."""
    (phase,) = RLOO(RolloutParameters(learning_rate=0.01)).phases()
    assert isinstance(phase, PolicyGradient)
    config = dict(phase.config)
    for key in ("learning_rate", "weight_decay", "max_grad_norm"):
        del config[key]
    asked: list[int] = []
    values: list[float] = []

    def reward(index: Sequence[int], texts: Sequence[str]) -> list[float]:
        asked.extend(index)
        values.extend(float(place in (0, 5, 6, 13)) for place in range(len(index)))
        return values

    start = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    step = moved(reward=reward, rate=0.01, **config)
    tiny.model.load_state_dict(start)

    ids = encode_prompts(tiny.tokenizer, PROMPTS)
    end = int(tiny.tokenizer.eos_token_id)
    seed = derive_seed(1, "rollout", 0)
    groups = [ids[index] for index in asked[::4]]
    rows = sample(tiny.model, groups, Decoding(LIMIT), end=end, group=4, seed=seed, batch=16)
    assert len({len(row) for row in rows}) > 1, "sums and means should differ"
    tiny.model.zero_grad()
    for place, (index, row) in enumerate(zip(asked, rows, strict=True)):
        group = values[place // 4 * 4 : place // 4 * 4 + 4]
        baseline = (sum(group) - values[place]) / 3
        tokens = torch.tensor([ids[index] + row])
        logits: Any = tiny.model(input_ids=tokens).logits[0, len(ids[index]) - 1 : -1]
        chosen = torch.log_softmax(logits, -1)[range(len(row)), row].sum()
        (-(values[place] - baseline) * chosen / len(rows)).backward()
    gradients = [p.grad for p in tiny.model.parameters()]
    gradient = torch.cat([g.flatten() for g in gradients if g is not None])
    assert float(gradient.norm()) > 0.1
    assert torch.allclose(step, -0.01 * gradient, rtol=1e-3, atol=1e-6)


def test_reinforce_pp_does_not_care_about_groups(moved: Moved) -> None:
    """All wrong beside all right: no group-relative algorithm moves, one over the batch does."""

    def by_problem(index: Sequence[int], texts: Sequence[str]) -> list[float]:
        return [float(place // 4 % 2) for place in range(len(index))]

    assert float(moved(reward=by_problem, loss_type="dapo").norm()) == 0
    assert float(moved(reward=by_problem, loss_type="dapo", advantage="centred-batch").norm()) == 0
    assert float(moved(reward=by_problem, loss_type="dapo", advantage="batch").norm()) > 0
