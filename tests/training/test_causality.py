"""A model that reads what it is to predict, and one that asks for code of the hub, are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import (
    BertConfig,
    BertLMHeadModel,
    GPT2Config,
    GPT2LMHeadModel,
    MambaConfig,
    MambaForCausalLM,
    MixtralConfig,
    MixtralForCausalLM,
)

from bi_bench.api import UserError
from bi_bench.training.causality import check_causal
from bi_bench.training.checkpoint import Checkpoint, Numerics

SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
}


def bert(**more: Any) -> BertLMHeadModel:
    return BertLMHeadModel(BertConfig(vocab_size=60, **SMALL, **more))


def test_a_bidirectional_model_is_refused() -> None:
    with pytest.raises(UserError, match=r"mine \(BertLMHeadModel\) is not a causal language model"):
        check_causal(bert(), "mine")


@pytest.mark.parametrize(
    "make",
    [
        lambda: bert(is_decoder=True),
        lambda: GPT2LMHeadModel(
            GPT2Config(
                vocab_size=60,
                n_embd=32,
                n_layer=2,
                n_head=2,
                n_positions=8,
                bos_token_id=0,
                eos_token_id=0,
            )
        ),
        lambda: MambaForCausalLM(MambaConfig(vocab_size=60, hidden_size=32, num_hidden_layers=2)),
        lambda: MixtralForCausalLM(MixtralConfig(vocab_size=60, num_key_value_heads=2, **SMALL)),
    ],
)
def test_causal_models_of_every_kind_pass(make: Any) -> None:
    model = make().train()
    check_causal(model, "mine")
    assert model.training


def test_the_shipped_model_passes(tiny: Checkpoint) -> None:
    check_causal(tiny.model, "tiny")


@pytest.mark.parametrize("name", ["attn_implementation", "_attn_implementation_internal"])
@pytest.mark.parametrize(
    "value", ["someone/kernel", {"": "sdpa", "text_config": "someone/kernel@1"}]
)
def test_a_configuration_that_names_a_kernel_is_refused(
    tiny: Checkpoint, tmp_path: Path, name: str, value: Any
) -> None:
    tiny.save(tmp_path)
    file = tmp_path / "config.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, name: value}))
    with pytest.raises(UserError, match=r"someone/kernel.* would run code from the hub"):
        Checkpoint.load(tmp_path, Numerics())
    file.write_text(json.dumps({**config, name: "sdpa"}))
    Checkpoint.load(tmp_path, Numerics())
