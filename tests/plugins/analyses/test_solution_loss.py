from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bi_bench.api import Problem, stream
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.tokenization import encode_prompts
from bi_bench_plugins.benchmarks.igsm import IGSM
from tests.plugins.analyses.conftest import Measure


def test_the_loss_is_that_of_the_plain_solutions(
    measure: Measure, folders: dict[str, Path], igsm: IGSM, problems: list[Problem], tiny: Path
) -> None:
    sft, rft = measure("solution-loss", folders, batch_size=3)
    assert sft["losses"] == rft["losses"]
    assert sft["solutions"] == len(problems)
    assert sft["nats"] == pytest.approx(sum(sft["losses"]) / len(problems))
    assert sft["loss"] == pytest.approx(sft["nats"] / sft["tokens"])
    checkpoint = Checkpoint.load(tiny, Numerics())
    for problem, loss in zip(problems, sft["losses"], strict=True):
        # In the embedded tier a plan has one wording alone.
        plan = igsm.plan(problem, stream(7, "plan", problem.id))
        text = igsm.speak(problem, plan, "any").text
        assert loss == pytest.approx(_loss(checkpoint, igsm.ask(problem), text), rel=1e-4)


def _loss(checkpoint: Checkpoint, prompt: str, text: str) -> float:
    tokenizer = checkpoint.tokenizer
    (asked,) = encode_prompts(tokenizer, [prompt])
    said = [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
    with torch.no_grad():
        logits = checkpoint.model(input_ids=torch.tensor([asked + said])).logits[0]
    logprobs = torch.log_softmax(logits, -1)
    return -sum(float(logprobs[len(asked) - 1 + i, token]) for i, token in enumerate(said))
