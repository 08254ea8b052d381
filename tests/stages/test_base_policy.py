"""The base model as a strategy sees it in the augment stage."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bi_bench.api import Benchmark, Problem, UserError
from bi_bench.api.base_policy import NoBasePolicy
from bi_bench.plugins import discover
from bi_bench.stages.base_policy import BaseModelPolicy, disjoint
from bi_bench.stages.context import StageContext
from bi_bench.stages.preview import previews
from bi_bench.training.influence.logprobs import completion_losses
from bi_bench.training.tokenization import encode_completions, encode_prompts
from bi_bench_plugins.benchmarks.igsm import IGSM
from bi_bench_plugins.benchmarks.igsm.parameters import IGSMParameters
from bi_bench_plugins.models.tiny import Tiny
from bi_bench_plugins.strategies.pear import Pear
from bi_bench_plugins.strategies.vanilla import Vanilla

PARAMS = {"tier": "embedded", "ops": [3, 6]}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> BaseModelPolicy:
    identity = {
        "benchmark": {**discover().get(Benchmark, "igsm").identity(), "params": PARAMS},
        "settings": {},
        "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
        "seed": 1,
    }
    folders = {"base": Path(str(Tiny().source().folder))}
    described = {"identity": identity, "plugin_files": []}
    folder = tmp_path_factory.mktemp("augment")
    return BaseModelPolicy(StageContext.make(described, folders, folder, lambda **_: None))


@pytest.fixture(scope="module")
def problem() -> Problem:
    source = IGSM(IGSMParameters.model_validate(PARAMS, strict=False))
    (found,) = source.problems("sft", 1, random.Random(1))
    return found


def test_logprobs_are_those_of_every_token_and_the_end(
    policy: BaseModelPolicy, problem: Problem
) -> None:
    text = "a 6 ; </think> <answer> 4 </answer>"
    found = policy.logprobs(problem, text)
    assert [text[token.start : token.end].strip() for token in found[:-1]] == text.split()
    assert (found[-1].start, found[-1].end) == (len(text), len(text) + 1)
    tokenizer = policy.checkpoint.tokenizer
    prompts = encode_prompts(tokenizer, [f"{problem.question} <think>", "? a <think>"])
    completed = encode_completions(tokenizer, [text, text])
    plain, other = completion_losses(policy.checkpoint.model, prompts, completed)
    assert sum(token.logprob for token in found) == pytest.approx(-plain, rel=1e-5)
    found = policy.logprobs(problem, text, "? a <think>")
    assert sum(token.logprob for token in found) == pytest.approx(-other, rel=1e-5)


def test_a_text_beyond_the_context_of_the_model_names_the_problem(
    policy: BaseModelPolicy, problem: Problem
) -> None:
    with pytest.raises(UserError, match=problem.id):
        policy.logprobs(problem, "a 6 ; " * 5000)


def test_tokens_that_share_a_character_are_one() -> None:
    spans = [(0, 2), (2, 3), (2, 3), (3, 3), (3, 5), (5, 6)]
    found = disjoint(spans, [-1.0, -2.0, -3.0, -4.0, -5.0, -6.0])
    assert [tuple(token) for token in found] == [
        (0, 2, -1.0),
        (2, 3, -5.0),
        (3, 5, -9.0),
        (5, 6, -6.0),
    ]


def test_a_strategy_that_does_not_say_what_it_needs_is_told(
    policy: BaseModelPolicy, problem: Problem
) -> None:
    with pytest.raises(TypeError, match='add "base-model" to the needs'):
        NoBasePolicy().logprobs(problem, "a")
    with pytest.raises(TypeError, match='add "rollouts" to the needs'):
        policy.rollouts(problem, 4)


def test_a_preview_has_no_base_model() -> None:
    with pytest.raises(UserError, match=r"pear uses the base model, .* examples.parquet"):
        next(previews(IGSM(), Pear(), "sft", 1, 0))


def test_a_preview_suggests_the_need_that_was_meant() -> None:
    class Needy(Vanilla):
        """Needs what nothing provides."""

        name = "needy"
        needs = frozenset({"rolouts"})

    with pytest.raises(UserError, match='does not provide; did you mean "rollouts"'):
        next(previews(IGSM(), Needy(), "sft", 1, 0))
