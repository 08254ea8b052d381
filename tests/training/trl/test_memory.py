"""What saves memory must not change what is learnt: gradient checkpointing, bfloat16."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.lora import LoRA

Moved = Callable[..., torch.Tensor]


@pytest.mark.parametrize("adapters", [{}, {"lora": LoRA(4, 8.0, 0.0)}], ids=["full", "lora"])
def test_gradient_checkpointing_gives_the_same_gradient(
    tiny: Checkpoint, moved: Moved, adapters: dict[str, Any]
) -> None:
    calls = []
    layer = tiny.model.get_submodule("model.layers.1.feed_forward")
    layer.register_forward_pre_hook(lambda module, _: calls.append(module.training))
    plain = moved(loss_type="grpo", how=adapters)
    once = sum(calls)
    saving = moved(loss_type="grpo", how={**adapters, "gradient_checkpointing": True})
    assert sum(calls) == once + 2 * once, "the layer was not computed again"
    assert plain.norm() > 0
    assert torch.allclose(saving, plain, atol=1e-6)


def test_bfloat16_computes_in_it_and_keeps_float32_weights(tiny: Checkpoint, moved: Moved) -> None:
    dtypes = set()
    layer = tiny.model.get_submodule("model.layers.1.self_attn.q_proj")
    handle = layer.register_forward_hook(
        lambda module, inputs, output: dtypes.add((module.training, output.dtype))
    )
    # The rewards depend on the place alone; the rollouts of the two are not the same tokens.
    short = moved(loss_type="grpo", numerics=Numerics("cpu", "bfloat16"))
    handle.remove()
    # Both where rollouts are sampled and where their gradient is taken.
    assert dtypes == {(False, torch.bfloat16), (True, torch.bfloat16)}
    assert {p.dtype for p in tiny.model.parameters()} == {torch.float32}
    # Updates that are too small for bfloat16 weights are there: these moved, and not by its grid.
    after = torch.cat([p.detach().flatten() for p in tiny.model.parameters()])
    assert short.norm() > 0
    assert not torch.equal(after.bfloat16().float(), after)
