"""The configuration of a "grpo" phase, checked when a suite is planned: without torch.

TRL 1.16 takes several settings that do not do what they look like, in silence or with a failure
after the first rollout; these are errors here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from bi_bench.api import PolicyGradient, UserError, did_you_mean
from bi_bench.training.trl.fields import grpo_fields

# "group" as GRPOConfig says, the others are those of bi_bench.training.trl.advantages.
ADVANTAGES = ("group", "leave-one-out", "batch", "centred-batch")
LOSS_TYPES = ("grpo", "dr_grpo", "dapo", "bnpo", "cispo", "sapo", "luspo", "vespo")
CHOICES = {
    "loss_type": LOSS_TYPES,
    "importance_sampling_level": ("token", "sequence"),
    "scale_rewards": ("group", "batch", "none", True, False),
}
# Decided by the phase, the suite or the stage, so not by a phase's own configuration.
RESERVED = (
    "max_steps",
    "per_device_train_batch_size",
    "gradient_accumulation_steps",
    "steps_per_generation",
    "generation_batch_size",
    "num_generations",
    "max_completion_length",
    "temperature",
    "repetition_penalty",
    "generation_kwargs",
    "seed",
    "gradient_checkpointing",
    "use_vllm",
    "vllm_mode",
    "vllm_model_impl",
    "vllm_enable_sleep_mode",
    "vllm_structured_outputs_regex",
    "vllm_server_base_url",
    "vllm_server_host",
    "vllm_server_port",
    "vllm_server_timeout",
    "vllm_group_port",
    "vllm_gpu_memory_utilization",
    "vllm_max_model_length",
    "vllm_tensor_parallel_size",
    "vllm_importance_sampling_correction",
    "use_transformers_continuous_batching",
    # As all trainers have them (bi_bench.training.trl.callbacks.trainer_defaults).
    "output_dir",
    "use_cpu",
    "bf16",
    "report_to",
    "save_strategy",
    "logging_steps",
    "logging_nan_inf_filter",
    "disable_tqdm",
    "dataloader_pin_memory",
)
# They truncate the sampling distribution; the trainer's log-probabilities are untruncated.
TRUNCATING = ("top_p", "top_k", "min_p")


@dataclass(frozen=True, slots=True)
class Extras:
    """Settings of a "grpo" phase in addition to the fields of GRPOConfig.

    ``minibatches``: parts of a rollout batch, one update each. ``advantage``: "group" as GRPOConfig's
    ``scale_rewards`` says, else another one of :data:`ADVANTAGES`.
    ``resample_rounds``: how often at most groups without two different rewards are replaced by new
    problems. ``overlong_penalty``: subtracted in full from a completion of the greatest length,
    rising linearly over the last ``overlong_share`` of it. ``gradient_scale`` and ``kl_mask``: as in
    :class:`~bi_bench.training.trl.released_code.ReleasedCodeTrainer`.
    """

    minibatches: int = 1
    advantage: str = "group"
    resample_rounds: int = 0
    overlong_penalty: float = 0.0
    overlong_share: float = 0.2
    gradient_scale: float = 1.0
    kl_mask: float = 0.0

    @property
    def released_code(self) -> bool:
        """True if a setting follows the BRIDGE paper's released code."""
        return self.gradient_scale != 1 or self.kl_mask > 0


@dataclass(frozen=True, slots=True)
class GRPOSettings:
    """A checked phase: the batches that follow from it, the extras and the fields of GRPOConfig.

    A rollout batch of ``rows`` completions is used for ``updates`` updates, each over
    ``accumulation`` micro batches of ``micro`` rows. Of several processes each takes its share.
    """

    extras: Extras
    trl: dict[str, Any]
    rows: int
    micro: int
    updates: int
    accumulation: int


def phase_settings(phase: PolicyGradient) -> tuple[Extras, dict[str, Any]]:
    """The extras of a phase and its fields of GRPOConfig; UserError naming what is wrong with it."""
    own = {field.name for field in fields(Extras)}
    _check_fields(phase, own)
    extras = Extras(**{key: value for key, value in phase.config.items() if key in own})
    trl = {key: value for key, value in phase.config.items() if key not in own}
    _check_extras(extras, trl)
    _check_losses(trl, extras)
    if phase.group < 2:
        raise UserError("a group needs at least 2 rollouts, else every advantage is zero")
    return extras, trl


def grpo_settings(phase: PolicyGradient, micro_batch: int, processes: int = 1) -> GRPOSettings:
    """The checked settings of a phase, for each of so many processes that share its rollouts.

    UserError naming what is wrong with it.
    """
    extras, trl = phase_settings(phase)
    rows = phase.prompts * phase.group
    if rows % extras.minibatches:
        raise UserError(
            f"prompts x group = {rows} rollouts cannot be divided into {extras.minibatches} minibatches"
        )
    if phase.prompts % processes:
        raise UserError(
            f"{phase.prompts} prompts per step cannot be shared by {processes} processes"
        )
    rows //= processes
    if rows % extras.minibatches:
        raise UserError(
            f"{rows} rollouts a process cannot be divided into {extras.minibatches} minibatches"
        )
    part = rows // extras.minibatches
    micro = min(micro_batch, part)
    if part % micro:
        what = "prompts x group" if part == rows else "a minibatch"
        raise UserError(f"{what} = {part} rollouts are not a multiple of the micro batch {micro}")
    updates = extras.minibatches * trl.get("num_iterations", 1)
    return GRPOSettings(extras, trl, rows, micro, updates, part // micro)


def _check_fields(phase: PolicyGradient, own: set[str]) -> None:
    known = grpo_fields() | own
    for key in phase.config:
        if key not in known:
            raise UserError(f'GRPOConfig has no field "{key}"{did_you_mean(key, known)}')
        if key in TRUNCATING:
            raise UserError(
                f'the field "{key}" of GRPOConfig truncates the distribution that rollouts are drawn '
                "from, and so biases the importance ratio to the trainer's log-probabilities; leave "
                "it out"
            )
        if key in RESERVED:
            raise UserError(f'the field "{key}" of GRPOConfig is set by bi_bench; leave it out')
    for key, allowed in CHOICES.items():
        if (value := phase.config.get(key, allowed[0])) not in allowed:
            names = [name for name in allowed if isinstance(name, str)]
            hint = did_you_mean(str(value), names)
            raise UserError(f'{key} "{value}" is not one of {", ".join(names)}{hint}')


def _check_extras(extras: Extras, trl: dict[str, Any]) -> None:
    for key, value, least in (
        ("minibatches", extras.minibatches, 1),
        ("num_iterations", trl.get("num_iterations", 1), 1),
        ("resample_rounds", extras.resample_rounds, 0),
    ):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise UserError(f"{key} must be an integer of at least {least}, not {value!r}")
    if not extras.overlong_penalty >= 0:
        raise UserError(f"overlong_penalty must not be below 0 (given: {extras.overlong_penalty})")
    if not 0 < extras.overlong_share <= 1:
        raise UserError(f"overlong_share is above 0 and at most 1, not {extras.overlong_share}")
    if not extras.gradient_scale > 0:
        raise UserError(f"gradient_scale must be above 0 (given: {extras.gradient_scale})")
    if not extras.kl_mask >= 0:
        raise UserError(f"kl_mask must not be below 0 (given: {extras.kl_mask})")
    once = extras.minibatches * trl.get("num_iterations", 1) == 1
    if extras.kl_mask and not (trl.get("beta") and once and trl.get("loss_type") == "grpo"):
        raise UserError(
            'kl_mask needs a KL term, loss_type = "grpo" and one update for each rollout batch; set '
            "kl (beta), and minibatches and iterations to 1"
        )
    if extras.released_code and extras.advantage != "group":
        raise UserError('gradient_scale and kl_mask need advantage = "group"')
    if extras.advantage not in ADVANTAGES:
        hint = did_you_mean(extras.advantage, ADVANTAGES)
        raise UserError(
            f'advantage "{extras.advantage}" is not one of {", ".join(ADVANTAGES)}{hint}'
        )


def _check_losses(trl: dict[str, Any], extras: Extras) -> None:
    loss = trl.get("loss_type")
    if extras.advantage != "group" and "scale_rewards" in trl:
        raise UserError(
            f'scale_rewards has no effect if advantage = "{extras.advantage}"; leave one of them out'
        )
    if loss == "dr_grpo" and "scale_rewards" not in trl and extras.advantage == "group":
        raise UserError(
            'loss_type = "dr_grpo" alone still divides by the standard deviation of the group: '
            'set scale_rewards = "none" for Dr. GRPO, or "group" if that is intended'
        )
    cap = trl.get("epsilon_high")
    if loss == "cispo" and (cap is None or cap < 1):
        raise UserError(
            'loss_type = "cispo" takes epsilon_high as the maximum importance weight itself, not as '
            f"a distance from 1, and needs at least 1, e.g. 5.0 (given: {cap}); less scales the "
            "whole gradient down"
        )
    if loss == "luspo" and trl.get("importance_sampling_level") != "sequence":
        raise UserError('loss_type = "luspo" needs importance_sampling_level = "sequence"')
