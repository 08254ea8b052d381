"""vLLM: its requests and TRL's configuration everywhere, the real engine where there is a GPU for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM
from trl.trainer.grpo_config import GRPOConfig

from bi_bench.api import Decoding, PolicyGradient, UserError
from bi_bench.api.versions import library_versions
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.sampler import sample
from bi_bench.training.generation.vllm_engine import VLLM, VLLMModel, request, row_seed, unpack
from bi_bench.training.job import TrainingJob
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl.callbacks import trainer_defaults
from bi_bench.training.trl.divergence import MEAN
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.task import RLTask

ABSENT = library_versions(("vllm",))["vllm"] == "absent"
NO_GPU = ABSENT or not torch.cuda.is_available()
needs_vllm = pytest.mark.skipif(NO_GPU, reason="needs vLLM and a CUDA device")
PROMPTS = [f"{first} 6 . {second} 5 . ? {first}" for first in "abcdefgh" for second in "ijklmnop"]


def test_a_request_cuts_nothing_off_and_its_seeds_are_all_different() -> None:
    asked = request(Decoding(32, 0.7), end=2, group=8, seed=5)
    assert (asked["top_p"], asked["top_k"], asked["min_p"]) == (1.0, 0, 0.0)
    assert (asked["n"], asked["temperature"], asked["max_tokens"]) == (8, 0.7, 32)
    assert asked["stop_token_ids"] == [2]
    # vLLM gives the n-th completion of a request the seed of the request plus n.
    seeds = {row_seed(5, index) + n for index in range(1000) for n in range(512)}
    assert len(seeds) == 1000 * 512
    assert max(seeds) < 2**63
    assert row_seed(5, 0) != row_seed(6, 0)


def test_the_fields_are_those_of_trl(tmp_path: Path) -> None:
    common = {**trainer_defaults(tmp_path, Numerics()), "per_device_train_batch_size": 8}
    config = GRPOConfig(**common, **VLLM(memory=0.4).trainer_fields(96, 2))
    assert (config.use_vllm, config.vllm_mode) == (True, "colocate")
    assert (config.vllm_gpu_memory_utilization, config.vllm_max_model_length) == (0.4, 96)
    # What is logged as divergence hangs on it, and phases may not switch it off.
    assert config.vllm_importance_sampling_correction
    server = VLLM("server", server_url="http://somewhere:8000").trainer_fields(96, 2)
    config = GRPOConfig(**common, **server)
    assert (config.vllm_mode, config.vllm_server_base_url) == ("server", "http://somewhere:8000")
    assert config.generation_kwargs == {"stop_token_ids": [2]}


def test_answers_come_in_order_with_the_log_probability_of_the_token_that_was_drawn() -> None:
    """The shape is that of vLLM's RequestOutput; the real one is met by the tests below."""

    def completion(index: int, tokens: list[int]) -> SimpleNamespace:
        steps = [{token: SimpleNamespace(logprob=-float(token)), 99: None} for token in tokens]
        return SimpleNamespace(index=index, token_ids=tuple(tokens), logprobs=steps)

    outputs = [
        SimpleNamespace(outputs=[completion(1, [3]), completion(0, [4, 5])]),
        SimpleNamespace(outputs=[completion(0, [6]), completion(1, [7, 8])]),
    ]
    rows, scores = unpack(outputs)
    assert rows == [[4, 5], [3], [6], [7, 8]]
    assert scores == [[-4.0, -5.0], [-3.0], [-6.0], [-7.0, -8.0]]


@pytest.mark.skipif(not ABSENT, reason="vLLM is installed here")
def test_without_vllm_the_error_says_what_to_install(tiny: Checkpoint, tmp_path: Path) -> None:
    tiny.save(tmp_path)
    model = VLLMModel(tmp_path, Numerics())
    with pytest.raises(
        UserError, match=r"vLLM cannot be imported .*pip install 'bi-bench\[vllm\]'"
    ):
        model.sample([[1, 2]], Decoding(4, 0.0), end=2)


@pytest.fixture
def llama(tiny: Checkpoint, tmp_path: Path) -> Path:
    """A small checkpoint of an architecture that vLLM knows: random weights, far from ties."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tiny.tokenizer),
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.2,
        bos_token_id=tiny.tokenizer.bos_token_id,
        eos_token_id=tiny.tokenizer.eos_token_id,
        pad_token_id=tiny.tokenizer.pad_token_id,
    )
    folder = tmp_path / "llama"
    Checkpoint(LlamaForCausalLM(config), tiny.tokenizer).save(folder)
    return folder


def test_the_small_llama_is_a_checkpoint_that_our_sampler_answers_with(llama: Path) -> None:
    checkpoint = Checkpoint.load(llama, Numerics())
    prompts = encode_prompts(checkpoint.tokenizer, PROMPTS)
    end = int(checkpoint.tokenizer.eos_token_id)
    rows = sample(checkpoint.model, prompts, Decoding(16, 0.0), end=end)
    assert len({tuple(row) for row in rows}) > len(rows) // 2


@needs_vllm
@pytest.mark.gpu
def test_greedy_answers_of_vllm_are_those_of_our_sampler(llama: Path) -> None:
    numerics = Numerics(device="cuda")
    checkpoint = Checkpoint.load(llama, numerics)
    prompts = encode_prompts(checkpoint.tokenizer, PROMPTS)
    end = int(checkpoint.tokenizer.eos_token_id)
    ours = sample(checkpoint.model, prompts, Decoding(16, 0.0), end=end)
    model = VLLMModel(llama, numerics)
    theirs = model.sample(prompts, Decoding(16, 0.0), end=end)
    same = sum(a == b for a, b in zip(ours, theirs, strict=True))
    assert same >= 0.95 * len(ours)
    drawn: list[Any] = [
        model.sample(prompts, Decoding(16, 1.0), end=end, group=4, seed=seed) for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert any(drawn[0][0] != row for row in drawn[0][1:4]), "a group shares its noise"


@needs_vllm
@pytest.mark.gpu
def test_grpo_with_colocated_vllm_learns_and_logs_the_divergence(
    llama: Path, tmp_path: Path
) -> None:
    checkpoint = Checkpoint.load(llama, Numerics(device="cuda", dtype="bfloat16"))
    before = [value.detach().clone() for value in checkpoint.model.parameters()]
    job = TrainingJob(checkpoint, Numerics(device="cuda", dtype="bfloat16"), 1, tmp_path)
    task = RLTask(
        PolicyGradient(
            steps=2, prompts=4, group=4, config={"learning_rate": 1e-3, "loss_type": "grpo"}
        ),
        PROMPTS,
        lambda rollouts: [float(len(each.text) % 2) for each in rollouts],
        Decoding(16),
        batch=16,
        micro_batch=16,
        vllm=VLLM(memory=0.2),
    )
    trained = train_grpo(job, task)
    assert [row["step"] for row in trained.log] == [1, 2]
    assert all(0 <= row[MEAN] < 0.5 for row in trained.log)
    after = checkpoint.model.parameters()
    assert any(not a.equal(b) for a, b in zip(before, after, strict=True))
