from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from bi_bench.api import Decoding
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.generation.sampler import sample
from bi_bench.training.influence.logprobs import completion_logprobs
from bi_bench.training.tokenization import encode_prompts
from bi_bench.training.trl import rollouts
from bi_bench.training.trl.divergence import LARGEST, MEAN, difference
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters


@pytest.mark.parametrize("batch", [4, 64])
def test_the_sampler_gives_the_log_probability_of_each_token(tiny: Checkpoint, batch: int) -> None:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (1, 4)}))
    problems = source.problems("val", 8, random.Random(1))
    prompts = encode_prompts(tiny.tokenizer, [source.ask(problem) for problem in problems])
    end, decoding = int(tiny.tokenizer.eos_token_id), Decoding(40, 1.7)
    common: dict[str, Any] = {"end": end, "group": 2, "seed": 5, "batch": batch}
    logprobs: list[list[float]] = []
    rows = sample(tiny.model, prompts, decoding, logprobs=logprobs, **common)
    assert rows == sample(tiny.model, prompts, decoding, **common)
    assert list(map(len, rows)) == list(map(len, logprobs))
    assert len(set(map(len, rows))) > 2, "the rows should end at different times"
    repeated = [prompt for prompt in prompts for _ in range(2)]
    with torch.no_grad():
        wanted = completion_logprobs(tiny.model, repeated, rows, temperature=1.7).tokens
    for row, (found, expected) in enumerate(zip(logprobs, wanted, strict=True)):
        start = len(repeated[row]) - min(map(len, repeated))
        mine = expected[start : start + len(found)]
        assert torch.allclose(torch.tensor(found), mine, atol=1e-4)


def test_a_share_of_the_prompts_is_sampled_as_in_the_whole(tiny: Checkpoint) -> None:
    prompts = encode_prompts(tiny.tokenizer, [f"{name} 6 . " for name in "abcd"])
    end, decoding = int(tiny.tokenizer.eos_token_id), Decoding(8, 1.0)
    whole = sample(tiny.model, prompts, decoding, end=end, group=2, seed=5)
    share = sample(tiny.model, prompts[2:], decoding, end=end, group=2, seed=5, first=2)
    assert share == whole[4:]
    assert sample(tiny.model, prompts[2:], decoding, end=end, group=2, seed=5) != share


@pytest.mark.parametrize("config", [{}, {"minibatches": 2}, {"advantage": "leave-one-out"}])
def test_sampler_and_trainer_agree_and_the_log_says_so(train: Any, config: Any) -> None:
    updates = config.get("minibatches", 1)
    rows = train(steps=2, **config).log
    logged = [row for row in rows if MEAN in row]
    assert [row["step"] for row in logged] == [1, 1 + updates]
    for row in logged:
        assert 0 < row[MEAN] < 1e-5
        assert row[MEAN] < row[LARGEST] < 1e-3


def test_a_sampler_with_other_weights_shows(train: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the weights had not been carried over: the sampler's distribution is another one."""

    def other(model: Any, *arguments: Any, **named: Any) -> Any:
        head = model.get_output_embeddings().weight
        before = head.detach().clone()
        with torch.no_grad():
            head.mul_(0.9)
        rows = sample(model, *arguments, **named)
        with torch.no_grad():
            head.copy_(before)
        return rows

    monkeypatch.setattr(rollouts, "sample", other)
    (row,) = train().log
    assert row[MEAN] > 1e-2


def test_only_tokens_that_were_sampled_count() -> None:
    trainer = torch.tensor([[-1.0, -2.0], [-3.0, -9.0]])
    sampler = torch.tensor([[-1.5, -2.0], [-1.0, 0.0]])
    mask = torch.tensor([[True, True], [True, False]])
    assert difference(trainer, sampler, mask).tolist() == [0.5, 0.0, 2.0]
    assert difference(trainer, sampler, mask & False).tolist() == [0.0]
