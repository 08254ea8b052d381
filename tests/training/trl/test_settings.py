from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from trl.trainer.grpo_config import GRPOConfig

from bi_bench.api import PolicyGradient, UserError
from bi_bench.training.checkpoint import Numerics
from bi_bench.training.trl import advantages
from bi_bench.training.trl.callbacks import trainer_defaults
from bi_bench.training.trl.fields import grpo_fields
from bi_bench.training.trl.settings import ADVANTAGES, RESERVED, Extras, grpo_settings


def checked(prompts: int = 4, group: int = 4, **config: Any) -> Any:
    return grpo_settings(PolicyGradient(steps=2, prompts=prompts, group=group, config=config), 8)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"loss_type": "dr_grpo"}, "alone still divides by the standard deviation"),
        ({"loss_type": "cispo"}, r"at least 1, e\.g\. 5\.0 \(given: None\)"),
        ({"loss_type": "cispo", "epsilon_high": 0.2}, "scales the whole gradient down"),
        ({"loss_type": "luspo"}, 'needs importance_sampling_level = "sequence"'),
        ({"importance_sampling_level": "sequnce"}, 'did you mean "sequence"'),
        ({"scale_rewards": "batched"}, 'did you mean "batch"'),
        ({"scale_rewards": "none", "advantage": "batch"}, "scale_rewards has no effect"),
        ({"advantage": "leave-one"}, 'did you mean "leave-one-out"'),
        ({"minibatches": 3}, "16 rollouts cannot be divided into 3 minibatches"),
        ({"minibatches": 0}, "minibatches must be an integer of at least 1"),
        ({"num_iterations": 1.5}, "num_iterations must be an integer"),
        ({"resample_rounds": -1}, "resample_rounds must be an integer of at least 0"),
        ({"overlong_penalty": -1.0}, "overlong_penalty must not be below 0"),
        ({"overlong_share": 0.0}, "overlong_share is above 0"),
        ({"steps_per_generation": 4}, '"steps_per_generation" of GRPOConfig is set by bi_bench'),
        ({"top_p": 0.9}, '"top_p" of GRPOConfig truncates .* biases the importance ratio'),
        ({"top_k": 20}, '"top_k" of GRPOConfig truncates the distribution'),
        ({"min_p": 0.1}, '"min_p" of GRPOConfig truncates the distribution'),
        ({"use_vllm": True}, '"use_vllm" of GRPOConfig is set by bi_bench'),
        ({"mini_batches": 2}, 'no field "mini_batches"; did you mean "minibatches"'),
        ({"group": 5}, "prompts x group = 20 rollouts are not a multiple of the micro batch 8"),
        ({"group": 5, "minibatches": 2}, "a minibatch = 10 rollouts are not a multiple"),
        ({"group": 1}, "at least 2 rollouts"),
    ],
)
def test_what_trl_would_take_in_silence_or_refuse_late_is_an_error(
    config: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        checked(**config)


def test_batches_follow_from_the_phase() -> None:
    plain = checked()
    assert (plain.rows, plain.micro, plain.updates, plain.accumulation) == (16, 8, 1, 2)
    cut = checked(minibatches=4, num_iterations=3)
    assert (cut.rows, cut.micro, cut.updates, cut.accumulation) == (16, 4, 12, 1)
    assert cut.trl == {"num_iterations": 3}
    assert cut.extras == Extras(minibatches=4)


def test_what_is_known_without_torch_is_what_trl_has(tmp_path: Path) -> None:
    assert grpo_fields() == set(GRPOConfig.__dataclass_fields__)
    assert set(trainer_defaults(tmp_path, Numerics())) < set(RESERVED)
    assert set(ADVANTAGES) == {"group", *advantages.ADVANTAGES}


def test_no_name_of_ours_is_one_of_trl() -> None:
    assert not {field.name for field in fields(Extras)} & set(GRPOConfig.__dataclass_fields__)


def test_several_processes_share_the_rollouts_of_a_step() -> None:
    phase = PolicyGradient(steps=2, prompts=4, group=4, config={"minibatches": 2})
    shared = grpo_settings(phase, 8, processes=2)
    assert (shared.rows, shared.micro, shared.updates, shared.accumulation) == (8, 4, 2, 1)
    with pytest.raises(UserError, match="4 prompts per step cannot be shared by 3 processes"):
        grpo_settings(phase, 8, processes=3)
