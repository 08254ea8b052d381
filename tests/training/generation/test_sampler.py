from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
import torch

from bi_bench.api import Decoding
from bi_bench.training.checkpoint import Checkpoint
from bi_bench.training.generation.sampler import Rows, sample, truncated
from bi_bench.training.tokenization import encode_prompts
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters


@pytest.fixture
def prompts(tiny: Checkpoint) -> Rows:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (1, 4)}))
    problems = source.problems("val", 24, random.Random(1))
    return encode_prompts(tiny.tokenizer, [source.ask(problem) for problem in problems])


def end(tiny: Checkpoint) -> int:
    return int(tiny.tokenizer.eos_token_id)


def test_greedy_tokens_are_those_of_generate(tiny: Checkpoint, prompts: Rows) -> None:
    ours = sample(tiny.model, prompts, Decoding(48, 0.0), end=end(tiny), batch=7)
    padded = tiny.tokenizer.pad({"input_ids": prompts}, return_tensors="pt")
    model: Any = tiny.model
    theirs = model.generate(**padded, max_new_tokens=48, do_sample=False, eos_token_id=end(tiny))
    lengths = {len(row) for row in ours}
    assert len(lengths) > 3, "the rows should end at different times"
    for mine, row in zip(ours, theirs[:, padded["input_ids"].shape[1] :].tolist(), strict=True):
        stop = row.index(end(tiny)) + 1 if end(tiny) in row else len(row)
        assert mine == row[:stop]


def test_an_answer_does_not_depend_on_its_batch(tiny: Checkpoint, prompts: Rows) -> None:
    decoding = Decoding(32, 1.0)
    together = sample(tiny.model, prompts, decoding, end=end(tiny), group=3, seed=5)
    apart = sample(tiny.model, prompts, decoding, end=end(tiny), group=3, seed=5, batch=3)
    same = sum(a == b for a, b in zip(together, apart, strict=True))
    # Sums of floating-point numbers differ with the width of a batch; a rare near-tie may flip.
    assert same >= len(together) - 1
    assert sample(tiny.model, prompts, decoding, end=end(tiny), group=3, seed=6) != together


def test_sampled_tokens_follow_the_model(tiny: Checkpoint, prompts: Rows) -> None:
    with torch.no_grad():
        logits = tiny.model(input_ids=torch.tensor([prompts[0]])).logits[0, -1]
    temperature = 3.0
    expected = torch.softmax(logits / temperature, -1)
    rows = sample(
        tiny.model, [prompts[0]], Decoding(1, temperature), end=end(tiny), group=4000, batch=4000
    )
    counts = Counter(row[0] for row in rows)
    for token in expected.topk(5).indices.tolist():
        probability = float(expected[token])
        tolerance = 4 * (probability * (1 - probability) / 4000) ** 0.5
        assert abs(counts[token] / 4000 - probability) < tolerance


def test_truncated_rows_are_those_without_an_end(tiny: Checkpoint, prompts: Rows) -> None:
    rows = sample(tiny.model, prompts, Decoding(3, 0.0), end=end(tiny))
    assert all(truncated(rows, end(tiny)))
    assert list(truncated([[5, end(tiny)], [5, 6], []], end(tiny))) == [False, True, True]
