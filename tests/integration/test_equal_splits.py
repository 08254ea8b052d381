"""One SFT model finds all in-distribution splits equally hard."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import pytest

from bi_bench.api import Problem, Split, stream
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.benchmarks.shared.splits import IN_DISTRIBUTION
from bi_bench_plugins.models.tiny import Tiny

N = 400


class Accuracy(NamedTuple):
    mean: float
    variance: float  # of the mean; problems of one structure count as one draw


@pytest.mark.slow
def test_one_model_scores_alike_on_all_splits(tmp_path: Path) -> None:
    import torch

    from bi_bench.api import Decoding
    from bi_bench.training.checkpoint import Checkpoint, Numerics
    from bi_bench.training.generation.sampler import sample
    from bi_bench.training.job import TrainingJob
    from bi_bench.training.seeding import seed_everything
    from bi_bench.training.tokenization import decode, encode_prompts
    from bi_bench.training.trl.sft import Demonstrations, SFTSettings, train_sft

    torch.set_num_threads(1)
    igsm = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (4, 6), "redundant": 0}))
    seed_everything(0)
    model = Checkpoint.load(str(Tiny().source().folder), Numerics())
    problems = list(igsm.problems("sft", 600, random.Random(0)))
    solutions = [
        igsm.speak(each, igsm.plan(each, stream(0, "plan", each.id)), each.id).text
        for each in problems
    ]
    settings = SFTSettings(
        epochs=1,
        batch_size=16,
        learning_rate=1e-3,
        schedule="cosine",
        warmup=0.05,
        weight_decay=0.0,
        max_grad_norm=1.0,
        max_length=256,
        micro_batch_size=16,
        gradient_checkpointing=False,
        loss_on="response",
    )
    shown = Demonstrations([igsm.ask(each) for each in problems], solutions)
    train_sft(TrainingJob(model, Numerics(), 0, tmp_path), shown, settings)

    def accuracy(split: Split) -> Accuracy:
        drawn = list(igsm.problems(split, N, random.Random(1)))
        completions = sample(
            model.model,
            encode_prompts(model.tokenizer, [igsm.ask(each) for each in drawn]),
            Decoding(max_new_tokens=100, temperature=0.0),
            end=int(model.tokenizer.eos_token_id),
            group=1,
            seed=0,
            batch=200,
        )
        texts = decode(model.tokenizer, completions)
        return clustered(
            drawn, [igsm.grade(each, text).correct for each, text in zip(drawn, texts, strict=True)]
        )

    found = {split: accuracy(split) for split in sorted(IN_DISTRIBUTION)}
    weights = {split: 1 / each.variance for split, each in found.items()}
    common = sum(weights[split] * each.mean for split, each in found.items()) / sum(
        weights.values()
    )
    assert 0.2 < common < 0.9
    # Heterogeneity over five splits: chi square with four degrees of freedom, 0.1 % point.
    spread = sum(weights[split] * (each.mean - common) ** 2 for split, each in found.items())
    assert spread < 18.47, found


def clustered(problems: list[Problem], right: list[bool]) -> Accuracy:
    mean = sum(right) / len(right)
    groups: defaultdict[str | None, float] = defaultdict(float)
    for problem, one in zip(problems, right, strict=True):
        groups[problem.cluster] += one - mean
    return Accuracy(mean, math.fsum(value**2 for value in groups.values()) / len(right) ** 2)
