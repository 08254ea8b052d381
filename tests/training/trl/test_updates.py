"""How often a rollout batch is used, and which losses are the same one where it is used once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.job import Trained
from bi_bench_plugins.algorithms.cispo import CISPO
from bi_bench_plugins.algorithms.dapo import DAPO
from bi_bench_plugins.algorithms.dr_grpo import DrGRPO
from bi_bench_plugins.algorithms.grpo import GRPO
from bi_bench_plugins.algorithms.gspo import GSPO
from bi_bench_plugins.algorithms.rloo import RLOO

Moved = Callable[..., torch.Tensor]
PLAIN_DAPO = {"resample_rounds": 0, "overlong": "none"}


def config(algorithm: Any, **params: Any) -> dict[str, Any]:
    """The configuration of an algorithm, but for the optimizer, which the tests set."""
    (phase,) = algorithm(algorithm.Params(**params)).phases()
    left_out = ("learning_rate", "weight_decay", "max_grad_norm")
    return {key: value for key, value in phase.config.items() if key not in left_out}


def close(one: torch.Tensor, other: torch.Tensor, tolerance: float = 1e-3) -> bool:
    return bool((one - other).norm() < tolerance * one.norm())


def test_with_one_update_a_batch_these_are_one_algorithm(moved: Moved) -> None:
    grpo = moved(**config(GRPO))
    assert close(grpo, moved(**config(GSPO, minibatches=1)))
    dapo = moved(**config(DAPO, minibatches=1, **PLAIN_DAPO))
    assert close(dapo, moved(**config(CISPO, minibatches=1)))
    dr_grpo, rloo = moved(**config(DrGRPO)), moved(rate=0.001, **config(RLOO))
    # 24 is the length limit, 4 the group.
    assert close(dr_grpo * 24 * 4 / 3, rloo * 100)
    for one, other in ((grpo, dapo), (grpo, dr_grpo)):
        assert not close(one / one.norm(), other / other.norm())


@pytest.mark.parametrize("reuse", ["iterations", "minibatches"])
def test_with_several_updates_a_batch_they_differ(moved: Moved, reuse: str) -> None:
    once: dict[str, int] = {"minibatches": 1, "iterations": 1}
    several: Any = {**once, reuse: 2}
    results = [
        moved(rate=3.0, **config(GRPO, **several)),
        moved(rate=3.0, **config(GSPO, **several)),
        moved(rate=3.0, **config(DAPO, **several, **PLAIN_DAPO)),
        moved(rate=3.0, **config(CISPO, **several)),
    ]
    for number, one in enumerate(results):
        for other in results[:number]:
            assert not close(one, other)


def test_a_step_is_a_rollout_batch_however_often_it_is_used(
    train: Callable[..., Trained],
) -> None:
    single = train(steps=2, loss_type="grpo")
    several = train(steps=2, loss_type="grpo", minibatches=2, num_iterations=3)
    assert [row["step"] for row in single.log] == [1, 2]
    assert [row["step"] for row in several.log] == list(range(1, 13))
    assert [row["step"] for row in several.log if "reward" in row] == [1, 7]
    assert several.tokens_trained == 3 * several.tokens_generated


def test_minibatches_are_parts_of_one_batch(moved: Moved) -> None:
    """At a small rate the ratio stays near 1: two steps by halves are twice the step by the whole."""
    whole = moved(rate=1e-4, loss_type="grpo")
    halves = moved(rate=1e-4, loss_type="grpo", minibatches=2)
    assert close(halves, 2 * whole, tolerance=0.05)


def test_the_first_rollouts_are_the_same_under_every_algorithm(
    tiny: Checkpoint, train: Callable[..., Trained]
) -> None:
    seen: list[list[str]] = []

    def reward(index: Any, texts: list[str]) -> list[float]:
        seen.append([*texts])
        return [float(place % 2) for place in range(len(texts))]

    for chosen in (config(GRPO), config(CISPO, minibatches=4), config(RLOO)):
        train(reward=reward, **chosen)
    assert seen[0] == seen[1] == seen[2]
