"""Stop texts: where a completion ends is where transformers' ``generate`` ends it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bi_bench.api import Decoding, PolicyGradient
from bi_bench.training.checkpoint import Checkpoint, Numerics
from bi_bench.training.generation.rollouts import as_rollouts
from bi_bench.training.generation.sampler import Rows, sample, truncated
from bi_bench.training.generation.stopping import stopper
from bi_bench.training.job import TrainingJob
from bi_bench.training.seeding import seed_everything
from bi_bench.training.tokenization import decode, encode_prompts
from bi_bench.training.trl.expert_iteration import keep_right
from bi_bench.training.trl.grpo import train_grpo
from bi_bench.training.trl.task import RLTask
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from tests.training.conftest import by_text

LENGTH = 40


@pytest.fixture
def prompts(tiny: Checkpoint) -> Rows:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (1, 4)}))
    problems = source.problems("val", 16, random.Random(1))
    return encode_prompts(tiny.tokenizer, [source.ask(problem) for problem in problems])


def end(tiny: Checkpoint) -> int:
    return int(tiny.tokenizer.eos_token_id)


# A whole token, a text across tokens, one of two, a text that never comes.
@pytest.mark.parametrize("texts", [("</think>",), ("; </",), ("h 3", "6 ;"), ("nowhere",)])
def test_tokens_are_those_of_generate(
    tiny: Checkpoint, prompts: Rows, texts: tuple[str, ...]
) -> None:
    stop = stopper(tiny.tokenizer, texts)
    decoding = Decoding(LENGTH, 0.0, texts)
    ours = sample(tiny.model, prompts, decoding, end=end(tiny), stop=stop, batch=7)
    free = sample(tiny.model, prompts, Decoding(LENGTH, 0.0), end=end(tiny))
    assert (ours == free) == (texts == ("nowhere",))
    # One at a time: a row that has stopped is filled up with pads, which are no tokens of ours.
    for prompt, mine, limit in zip(prompts, ours, truncated(ours, end(tiny), stop), strict=True):
        batch = tiny.tokenizer.pad({"input_ids": [prompt]}, return_tensors="pt")
        model: Any = tiny.model
        theirs = model.generate(
            **batch,
            max_new_tokens=LENGTH,
            do_sample=False,
            eos_token_id=end(tiny),
            stop_strings=list(texts),
            tokenizer=tiny.tokenizer,
        )[0, len(prompt) :].tolist()
        assert mine == theirs
        (text,) = decode(tiny.tokenizer, [mine])
        assert limit == (mine[-1] != end(tiny) and not any(each in text for each in texts))


def test_stop_texts_without_a_stopper_are_no_silent_wish(tiny: Checkpoint, prompts: Rows) -> None:
    with pytest.raises(ValueError, match="pass a stopper"):
        sample(tiny.model, prompts, Decoding(4, 0.0, ("x",)), end=end(tiny))
    assert stopper(tiny.tokenizer, ()) is None


def test_what_a_text_ended_is_whole_for_expert_iteration(tiny: Checkpoint) -> None:
    rows = tiny.tokenizer(["5 </answer>", "5"], add_special_tokens=False)["input_ids"]
    stop = stopper(tiny.tokenizer, ["</answer>"])
    rollouts = as_rollouts(tiny.tokenizer, [0, 0], rows, [[], []], stop)
    assert keep_right(rollouts, [1.0, 1.0], 4) == [(0, rows[0])]


def test_the_log_of_rft_knows_that_a_text_ends_a_rollout(
    tiny: Checkpoint, prompts: Rows, tmp_path: Path
) -> None:
    source = IGSM(IGSMParameters.model_validate({"tier": "embedded", "ops": (1, 4)}))
    asked = [source.ask(problem) for problem in source.problems("val", 4, random.Random(1))]
    seen: list[str] = []

    def reward(index: object, texts: Sequence[str]) -> list[float]:
        seen.extend(texts)
        return [float(place % 2) for place in range(len(texts))]

    seed_everything(1)
    phase = PolicyGradient(
        steps=1, prompts=4, group=4, config={"learning_rate": 0.0, "loss_type": "grpo"}
    )
    decoding = Decoding(12, 1.0, ("; </think>",))
    job = TrainingJob(tiny, Numerics(), 1, tmp_path)
    trained = train_grpo(job, RLTask(phase, asked, by_text(reward), decoding, 16, 16))
    whole = [text for text in seen if "; </think>" in text]
    assert 0 < len(whole) < len(seen)
    assert all(text.endswith("; </think>") for text in whole)
    assert trained.log[0]["completions/clipped_ratio"] == 1 - len(whole) / len(seen)
    assert trained.log[0]["completions/mean_terminated_length"] > 0
