from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from bi_bench.api import UserError
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.job import TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import encode_completions, encode_prompts
from bi_bench.training.trl.sft import Demonstrations, SFTSettings, encode_examples, train_sft

SETTINGS = SFTSettings(
    epochs=3,
    batch_size=8,
    learning_rate=3e-3,
    schedule="cosine",
    warmup=0.1,
    weight_decay=0.0,
    max_grad_norm=1.0,
    max_length=64,
    micro_batch_size=4,
    gradient_checkpointing=False,
    loss_on="response",
)
PROMPTS = [f"{name} 6 . ? {name} <think>" for name in "abcdefgh"]
COMPLETIONS = ["x 5 ; </think> <answer> 5 </answer>"] * 8
ONE = Demonstrations(PROMPTS[:1], COMPLETIONS[:1])


def test_the_loss_covers_the_response_and_its_end_alone(tiny: Checkpoint) -> None:
    data = encode_examples(tiny, ONE, SETTINGS)
    ids, mask = data[0]["input_ids"], data[0]["completion_mask"]
    learnt = [i for i, wanted in zip(ids, mask, strict=True) if wanted]
    assert tiny.tokenizer.decode(learnt[:-1]) == COMPLETIONS[0]
    assert learnt[-1] == tiny.tokenizer.eos_token_id
    whole = encode_examples(tiny, ONE, replace(SETTINGS, loss_on="all"))
    assert all(whole[0]["completion_mask"])


def test_training_learns_the_demonstrations_in_place(tiny: Checkpoint, tmp_path: Path) -> None:
    seed_everything(0)
    job = TrainingJob(tiny, Numerics(), 0, tmp_path)
    trained = train_sft(job, Demonstrations(PROMPTS, COMPLETIONS), SETTINGS)
    losses = [row["loss"] for row in trained.log if "loss" in row]
    assert losses[-1] < losses[0] / 2
    assert trained.tokens_trained == 3 * sum(
        len(row) for row in encode_completions(tiny.tokenizer, COMPLETIONS)
    )


def test_a_demonstration_that_does_not_fit_is_an_error(tiny: Checkpoint) -> None:
    with pytest.raises(UserError, match=r"1 of \d demonstrations \(0: \d+ tokens\) .*max_length"):
        encode_examples(tiny, Demonstrations(["a " * 80], COMPLETIONS[:1]), SETTINGS)


def test_prompts_begin_with_what_the_tokenizer_puts_there(tiny: Checkpoint) -> None:
    (row,) = encode_prompts(tiny.tokenizer, ["a 6 ."])
    assert row[0] == tiny.tokenizer.bos_token_id
    assert torch.tensor(row).shape == (4,)
