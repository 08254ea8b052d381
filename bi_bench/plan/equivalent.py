"""Equivalent algorithms: those of a suite that update the model alike under two names.

With one update per rollout batch the importance ratio is 1 everywhere. Most differences between
losses are then inactive: clipping, its bounds, the level of the ratio. What is left is how token losses are
averaged, either within each completion first or over all tokens; a constant or the number of tokens
in front scales the gradient and does not turn it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bi_bench.api import Algorithm, Phase
from bi_bench.suite import Entry

# Losses of TRL's GRPOTrainer that average over each completion first; all others sum over tokens.
WITHIN_COMPLETIONS = ("grpo", "sapo")
INACTIVE = (
    "epsilon",
    "epsilon_high",
    "importance_sampling_level",
    "minibatches",
    "num_iterations",
    "sapo_temperature_neg",
    "sapo_temperature_pos",
    "vespo_k_neg",
    "vespo_k_pos",
    "vespo_lambda_neg",
    "vespo_lambda_pos",
)
DEFAULTS = {
    "beta": 0.0,
    "entropy_coef": 0.0,
    "mask_truncated_completions": False,
    "overlong_penalty": 0.0,
    "resample_rounds": 0,
    "advantage": "group",
    "scale_rewards": "group",
    "loss_type": "dapo",  # TRL's
}


def equivalent_algorithms(entries: Sequence[Entry[Algorithm]]) -> list[str]:
    """One warning for each set of entries that update the model alike, naming their labels."""
    alike: dict[str, list[Entry[Algorithm]]] = {}
    for entry in entries:
        phases = [_direction(phase) for phase in entry.plugin.phases()]
        alike.setdefault(json.dumps(phases, sort_keys=True, default=str), []).append(entry)
    return [_warning(same) for same in alike.values() if len(same) > 1]


def _warning(entries: Sequence[Entry[Algorithm]]) -> str:
    *first, last = (entry.label for entry in entries)
    names = f"{', '.join(first)} and {last}"
    phases = [list(entry.plugin.phases()) for entry in entries]
    if all(other == phases[0] for other in phases):
        return f"{names} are the same algorithm with the same settings"
    return (
        f"{names} are one algorithm here: with a single update per rollout batch their gradients "
        "differ in scale alone; to compare them, use each batch for several updates"
    )


def _direction(phase: Phase) -> list[object]:
    """The settings that decide the direction of the gradient; all where a batch is used more than once."""
    budget = [
        phase.trainer,
        phase.steps,
        phase.prompts,
        phase.group,
        phase.reward,
        phase.format_reward,
    ]
    config = dict(phase.config)
    updates = config.get("minibatches", 1) * config.get("num_iterations", 1)
    if phase.trainer != "grpo" or updates > 1:
        return [*budget, config]
    active = {k: v for k, v in {**DEFAULTS, **config}.items() if k not in INACTIVE}
    active["within"] = active.pop("loss_type") in WITHIN_COMPLETIONS
    scale, advantage = active.pop("scale_rewards"), active.pop("advantage")
    # Leaving oneself out of the mean scales the advantage by group / (group - 1).
    centred = advantage == "leave-one-out" or (advantage == "group" and scale in ("none", False))
    by = "group" if scale is True else scale
    active["advantage"] = "centred" if centred else [advantage, by]
    if not active["overlong_penalty"]:
        active.pop("overlong_share", None)
    return [*budget, active]
