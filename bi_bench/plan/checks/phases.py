"""Checks of the phases that an algorithm declares: can they be carried out? Needs no torch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import get_args

from bi_bench.api import Algorithm, Phase, Reward, did_you_mean
from bi_bench.api.algorithm import Trainer
from bi_bench.api.boundary import calling
from bi_bench.api.errors import PluginError
from bi_bench.api.kernels import hub_kernel
from bi_bench.suite import Entry


def valid_algorithms(algorithms: Iterable[Entry[Algorithm]]) -> list[Entry[Algorithm]]:
    """The algorithms whose phases can be carried out; cells with another one are skipped."""
    return [entry for entry in algorithms if not phase_fault(entry)]


def phase_fault(algorithm: Entry[Algorithm]) -> str:
    """The first fault in the phases of an algorithm, with its label; empty if they are sound."""
    plugin = algorithm.plugin
    try:
        with calling(f"algorithm {algorithm.label}", plugin.phases):
            phases = list(plugin.phases())
    except PluginError as error:
        return str(error)
    reasons = (_fault(number, phase) for number, phase in enumerate(phases, 1))
    return next((f"algorithm {algorithm.label}: {reason}" for reason in reasons if reason), "")


def _fault(number: int, phase: object) -> str:
    if not isinstance(phase, Phase):
        # No text of the object itself, which may hold an address: reasons are part of a run's name.
        return f"phase {number} is no Phase but a {type(phase).__name__}"
    for what, given, known in (
        ("trainer", phase.trainer, get_args(Trainer)),
        ("reward", phase.reward, get_args(Reward)),
    ):
        if not isinstance(given, str) or given not in known:
            return f"the {what} of phase {number} is {_named(given, known)}"
    counts: tuple[str, ...] = ("steps", "prompts", "group")
    for name in counts[:1] if phase.trainer in ("sft", "command") else counts:
        value = getattr(phase, name)
        if type(value) is not int or value < 1:
            return f"{name} of phase {number} must be an integer of at least 1, not {value!r:.60}"
    try:
        json.dumps([dict(phase.config), float(phase.format_reward)], allow_nan=False)
    except (TypeError, ValueError) as error:
        return f"the settings of phase {number} are no plain JSON values: {error}"
    if kernel := hub_kernel(phase.config):
        return f"{kernel} would run code from the hub, which is never done"
    return ""


def _named(given: object, known: Sequence[str]) -> str:
    names = f"Known: {', '.join(known)}"
    if not isinstance(given, str):
        return f"a {type(given).__name__}, and must be a name. {names}"
    return f'"{given}", which is not known{did_you_mean(given, known) or "."} {names}'
