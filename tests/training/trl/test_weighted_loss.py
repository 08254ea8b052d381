"""Loss weights of demonstrations: what 0, 1 and 2 do to SFT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bi_bench.api import UserError, Weight
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl.sft import (
    Demonstrations,
    SFTSettings,
    encode_examples,
    train_encoded,
    train_sft,
)
from bi_bench.training.trl.weighted_loss import WEIGHTS
from bi_bench_plugins.models.tiny import Tiny

SETTINGS = SFTSettings(
    epochs=1,
    batch_size=8,
    learning_rate=1e-3,
    schedule="constant",
    warmup=0.0,
    weight_decay=0.0,
    max_grad_norm=1.0,
    max_length=64,
    micro_batch_size=4,
    gradient_checkpointing=False,
    loss_on="response",
)
PROMPTS = [f"{name} 6 . ? {name} <think>" for name in "abcdefgh"]
# Of different lengths, so that micro-batches have different numbers of tokens.
COMPLETIONS = [" ".join(["x 5 ;"] * (1 + n)) + " </think> <answer> 5 </answer>" for n in range(8)]
Weights = Sequence[Weight]


def fresh() -> Checkpoint:
    return Checkpoint.load(Tiny().source().folder or "", Numerics())


def trained(
    weights: Sequence[Weights], folder: Path, settings: SFTSettings = SETTINGS
) -> tuple[list[float], dict[str, torch.Tensor]]:
    """The gradient norms, and the weights of the model after an epoch."""
    seed_everything(0)
    checkpoint = fresh()
    log = train_sft(
        TrainingJob(checkpoint, Numerics(), 0, folder),
        Demonstrations(PROMPTS, COMPLETIONS, weights=weights),
        settings,
    ).log
    return [row["grad_norm"] for row in log if "grad_norm" in row], checkpoint.model.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def everywhere(weight: float) -> list[Weights]:
    return [[Weight(0, len(text) + 1, weight)] for text in COMPLETIONS]


def test_a_token_has_the_weight_of_its_last_character() -> None:
    checkpoint = fresh()
    text = "x 5 ; </think>"
    shown = Demonstrations(["? x"], [text], weights=[[Weight(0, 3, 3.0), Weight(14, 15, 0.5)]])
    (row,) = encode_examples(checkpoint, shown, SETTINGS)
    ids = row["input_ids"]
    tokens = [str(checkpoint.tokenizer.decode([token])).strip() for token in ids]
    assert tokens[-4:-1] == ["5", ";", "</think>"]
    assert row[WEIGHTS][-5:] == [3.0, 3.0, 1.0, 1.0, 0.5]
    assert set(row[WEIGHTS][:-5]) == {1.0}  # the prompt


def test_weights_of_1_change_nothing(tmp_path: Path) -> None:
    plain, weights = trained([], tmp_path), trained(everywhere(1.0), tmp_path)
    assert plain[0] == weights[0]
    assert same(plain[1], weights[1])


def test_twice_the_weights_are_twice_the_gradient(tmp_path: Path) -> None:
    once, twice = trained([], tmp_path)[0], trained(everywhere(2.0), tmp_path)[0]
    assert twice[0] == pytest.approx(2 * once[0], rel=1e-5)


def test_a_weight_of_0_is_a_mask(tmp_path: Path) -> None:
    weights = [[Weight(0, 3, 0.0)] for _ in COMPLETIONS]
    weighted = trained(weights, tmp_path)[1]
    seed_everything(0)
    checkpoint = fresh()
    data = encode_examples(checkpoint, Demonstrations(PROMPTS, COMPLETIONS), SETTINGS)
    columns = data.to_dict()
    for mask in columns["completion_mask"]:
        start = mask.index(1)
        mask[start : start + 2] = [0, 0]  # "x" and "5"
    job = TrainingJob(checkpoint, Numerics(), 0, tmp_path)
    train_encoded(job, type(data).from_dict(columns), SETTINGS)
    assert same(weighted, checkpoint.model.state_dict())


def test_micro_batches_give_the_gradient_of_the_whole_batch(tmp_path: Path) -> None:
    weights = [[Weight(0, 3, float(n))] for n in range(8)]
    small = trained(weights, tmp_path, replace(SETTINGS, micro_batch_size=2))[0]
    whole = trained(weights, tmp_path, replace(SETTINGS, micro_batch_size=8))[0]
    assert small[0] == pytest.approx(whole[0], rel=1e-4)
    assert small[0] != pytest.approx(trained([], tmp_path)[0][0], rel=1e-2)


def test_demonstrations_without_any_learnt_token_are_refused() -> None:
    with pytest.raises(UserError, match="every token of every demonstration has the loss weight 0"):
        encode_examples(
            fresh(), Demonstrations(PROMPTS, COMPLETIONS, weights=everywhere(0.0)), SETTINGS
        )
