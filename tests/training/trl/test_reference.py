"""The KL term: its reference is the model that RFT is handed, not what its folder or name holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from bi_bench.api import UserError
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.job import Trained
from bi_bench.training.lora import LoRA

Moved = Callable[..., torch.Tensor]
Train = Callable[..., Trained]
ADAPTERS = {"lora": LoRA(4, 8.0, 0.0)}


@pytest.fixture
def tiny(tiny: Checkpoint) -> Checkpoint:
    """No longer the weights of the folder that the model was loaded from."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in tiny.model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.02)
    return tiny


@pytest.mark.parametrize("how", [{}, ADAPTERS], ids=["full", "lora"])
def test_at_the_first_step_the_policy_is_its_reference(
    tiny: Checkpoint, train: Train, how: dict[str, Any]
) -> None:
    name = tiny.model.config._name_or_path
    log = train(steps=3, loss_type="grpo", beta=0.01, how=how).log
    assert log[0]["kl"] == 0.0
    assert log[2]["kl"] > 1e-4
    assert tiny.model.config._name_or_path == name


@pytest.mark.parametrize("how", [{}, ADAPTERS], ids=["full", "lora"])
def test_a_large_weight_holds_the_policy_near(train: Train, how: dict[str, Any]) -> None:
    rate = {"optim": "adamw_torch", "rate": 1e-3, "loss_type": "grpo", "steps": 6, "how": how}
    free, held = (train(beta=beta, **rate).log[-1]["kl"] for beta in (1e-9, 30.0))
    assert held < free / 3


def test_without_the_term_nothing_changes(moved: Moved) -> None:
    assert torch.equal(moved(loss_type="grpo"), moved(loss_type="grpo", beta=0.0))
    # On-policy its gradient is zero at the first step: it begins to act when the policy moves.
    assert torch.allclose(
        moved(loss_type="grpo"), moved(loss_type="grpo", beta=1.0), atol=1e-6, rtol=1e-3
    )


def test_completions_that_drifted_far_leave_the_loss(moved: Moved, train: Train) -> None:
    settings = {"loss_type": "grpo", "beta": 1e-3, "steps": 3}
    log = train(kl_mask=1e-9, **settings).log
    assert [row["kl_masked"] for row in log[:2]] == [0.0, 1.0]
    assert log[1]["grad_norm"] == 0.0
    some = train(kl_mask=0.005, **settings).log
    assert any(0 < row["kl_masked"] < 1 for row in some), [row["kl_masked"] for row in some]
    assert torch.equal(moved(kl_mask=1e9, **settings), moved(**settings))


def test_a_scaled_gradient_moves_the_weights_in_proportion(moved: Moved) -> None:
    whole, eighth = moved(loss_type="grpo"), moved(loss_type="grpo", gradient_scale=0.125)
    assert whole.norm() > 0
    assert (8 * eighth - whole).norm() < 0.01 * whole.norm()
    # It is scaled before it is clipped: as if the threshold were eight times as high.
    clipped = moved(loss_type="grpo", gradient_scale=0.125, max_grad_norm=0.01)
    higher = moved(loss_type="grpo", max_grad_norm=0.08)
    assert (8 * clipped - higher).norm() < 0.01 * higher.norm()
    assert higher.norm() < 0.5 * whole.norm()


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"kl_mask": 0.1}, "kl_mask needs a KL term"),
        ({"kl_mask": 0.1, "beta": 0.1, "minibatches": 2}, "one update for each rollout batch"),
        ({"gradient_scale": 0.0}, "gradient_scale must be above 0"),
        ({"gradient_scale": 0.5, "advantage": "batch"}, 'need advantage = "group"'),
    ],
)
def test_what_cannot_work_is_refused(train: Train, config: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        train(**{"loss_type": "grpo", **config})
