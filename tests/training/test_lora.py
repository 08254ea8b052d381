"""Adapters: they change what they should, and merging leaves the same model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bi_bench.api import UserError
from bi_bench.training import lora as adapters
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import Trained, TrainingJob
from bi_bench.training.lora import LoRA
from bi_bench.training.seeding import seed_everything
from bi_bench.training.trl import sft
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, train_sft

SETTINGS = SFTSettings(
    epochs=3,
    batch_size=8,
    learning_rate=1e-2,
    schedule="constant",
    warmup=0.0,
    weight_decay=0.0,
    max_grad_norm=1.0,
    max_length=64,
    micro_batch_size=8,
    gradient_checkpointing=False,
    loss_on="response",
)
PROMPTS = [f"{name} 6 . ? {name} <think>" for name in "abcdefgh"]
COMPLETIONS = ["x 5 ; </think> <answer> 5 </answer>"] * 8
PROJECTIONS = LoRA(4, 8.0, 0.0, ("q_proj", "v_proj"))
Train = Callable[..., Trained]


def fit(tiny: Checkpoint, scratch: Path, lora: LoRA | None = PROJECTIONS) -> Trained:
    seed_everything(0)
    job = TrainingJob(tiny, Numerics(), 0, scratch)
    return train_sft(job, Demonstrations(PROMPTS, COMPLETIONS), replace(SETTINGS, lora=lora))


def logits(tiny: Checkpoint) -> torch.Tensor:
    ids = tiny.tokenizer(PROMPTS, return_tensors="pt")["input_ids"]
    tiny.model.train(False)
    with torch.no_grad():
        return tiny.model(input_ids=ids).logits  # type: ignore[no-any-return]


def test_the_targets_alone_change_and_the_loss_falls(tiny: Checkpoint, tmp_path: Path) -> None:
    before = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    trained = fit(tiny, tmp_path)
    losses = [row["loss"] for row in trained.log if "loss" in row]
    assert losses[-1] < losses[0]
    after = tiny.model.state_dict()
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed == {
        f"model.layers.{layer}.self_attn.{name}_proj.weight" for layer in (1, 3) for name in "qv"
    }
    # Two matrices of rank 4 for each of four square maps.
    assert trained.trainable == 2 * 4 * 96 * 4
    for name in changed:
        assert torch.linalg.matrix_rank(after[name] - before[name], rtol=1e-4) == 4


def test_merging_leaves_the_model_that_was_trained(
    tiny: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {}

    def look(model: torch.nn.Module, lora: LoRA | None) -> int | None:
        kept["adapted"] = logits(tiny)
        tiny.save(tmp_path / "saved")
        return adapters.merge(model, lora)

    monkeypatch.setattr(sft, "merge", look)
    plain = logits(tiny)
    fit(tiny, tmp_path, LoRA(4, 8.0, 0.0))
    assert (kept["adapted"] - plain).abs().max() > 0.1
    assert torch.allclose(logits(tiny), kept["adapted"], atol=1e-4)
    # What was saved in the midst of training is the same, and an ordinary checkpoint.
    saved = Checkpoint.load(tmp_path / "saved", Numerics())
    assert saved.model.state_dict().keys() == tiny.model.state_dict().keys()
    assert torch.allclose(logits(saved), logits(tiny), atol=1e-5)
    tiny.save(tmp_path / "after")
    sizes = [(tmp_path / n / "model.safetensors").stat().st_size for n in ("saved", "after")]
    assert sizes[0] == sizes[1], "a tied weight was written twice"


def embeddings(checkpoint: Checkpoint) -> torch.Tensor:
    weight = checkpoint.model.get_input_embeddings().weight
    assert isinstance(weight, torch.Tensor)
    return weight.detach()


def test_another_stage_may_train_all_weights_after_it(tiny: Checkpoint, tmp_path: Path) -> None:
    fit(tiny, tmp_path)
    fit(tiny, tmp_path)
    before = embeddings(tiny).clone()
    assert fit(tiny, tmp_path, None).trainable is None
    assert not torch.equal(embeddings(tiny), before)


@pytest.mark.parametrize("config", [{}, {"beta": 0.01}], ids=["free", "kl"])
def test_reinforcement_moves_the_adapters_alone(
    tiny: Checkpoint, train: Train, config: dict[str, float]
) -> None:
    before = {name: value.clone() for name, value in tiny.model.state_dict().items()}
    trained = train(loss_type="grpo", rate=0.5, how={"lora": PROJECTIONS}, **config)
    assert trained.log[0]["grad_norm"] > 0
    assert trained.trainable == 2 * 4 * 96 * 4
    changed = [n for n, v in tiny.model.state_dict().items() if not torch.equal(v, before[n])]
    assert len(changed) == 4
    assert all("_proj" in name for name in changed)


def test_a_module_that_is_not_there_is_an_error(tiny: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r'no linear module "qproj"; it has .*q_proj'):
        fit(tiny, tmp_path, LoRA(4, 8.0, 0.0, ("qproj",)))
