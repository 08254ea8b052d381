"""The shift of the logits: which checkpoints it is of, and what it leaves alone."""

from __future__ import annotations

import pydantic
import pytest
import torch

from bi_bench.api import CheckpointOf
from bi_bench_plugins.decoders.rast import Rast, RastParameters


def rast(**params: object) -> Rast:
    return Rast(RastParameters.model_validate(params))


def test_it_reads_the_model_and_the_pair_around_rft() -> None:
    assert rast(pair="small", before="base").checkpoints() == {
        "model": CheckpointOf("base"),
        "pair": CheckpointOf("base", model="small"),
        "pair-rft": CheckpointOf("rft", model="small"),
    }


def test_the_shift_is_added_with_its_weight_whatever_the_offset_of_the_logits() -> None:
    model, pair, after = torch.randn(3, 2, 5)
    mixed = rast(weight=0.5).logits({"model": model, "pair": pair, "pair-rft": after})
    assert torch.allclose(mixed, model + 0.5 * (after - pair))
    moved = rast(weight=0.5).logits({"model": model + 3, "pair": pair - 2, "pair-rft": after + 7})
    assert torch.allclose(mixed.softmax(-1), moved.softmax(-1), atol=1e-6)
    same = rast(weight=7).logits({"model": model, "pair": pair, "pair-rft": pair})
    assert torch.equal(same, model)


@pytest.mark.parametrize("weight", ["nan", "inf"])
def test_a_weight_is_a_finite_number(weight: str) -> None:
    with pytest.raises(pydantic.ValidationError, match="finite number"):
        rast(weight=float(weight))
