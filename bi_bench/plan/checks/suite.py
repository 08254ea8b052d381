"""Checks of a whole suite: settings that cannot work together, and requests that no machine meets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bi_bench.api import SPLITS, Phase, UserError, did_you_mean
from bi_bench.api.identity import NumericsIdentity
from bi_bench.plan.checks.phases import valid_algorithms
from bi_bench.suite import Suite

_OF_SPLITS = ("problems", "pre", "post", "overlap")
_ROLES = ("base", "augment", "sft", "probe", "rft", "probe-rft", *_OF_SPLITS)


def check_suite(suite: Suite, numerics: NumericsIdentity) -> None:
    """Raise UserError for the first fault found, with its key and the way out.

    ``numerics`` are those of the suite with ``auto`` resolved.
    """
    for fault in chain(_stop(suite), _roles(suite), _impossible(suite, numerics)):
        raise UserError(fault)


def _stop(suite: Suite) -> Iterator[str]:
    """Algorithms that mask truncated completions where TRL would mask all that a stop text ended."""
    if not suite.defaults.prompt.stop:
        return
    for entry in valid_algorithms(suite.axes.algorithms):
        if any(p.config.get("mask_truncated_completions") for p in entry.plugin.phases()):
            yield (
                f"{entry.label} masks truncated completions, and TRL takes for truncated what "
                "defaults.prompt.stop ended; leave one of them out (dapo: set overlong)"
            )


def _roles(suite: Suite) -> Iterator[str]:
    """Roles that analyses need and that are not known."""
    known = [*_ROLES, *(f"{kind}/{split}" for kind in _OF_SPLITS for split in SPLITS)]
    for entry in suite.analyses:
        for role in entry.plugin.needs:
            if role not in known:
                yield (
                    f'analysis {entry.label} needs "{role}", which is no role'
                    f"{did_you_mean(role, known) or '.'} Known: {', '.join(_ROLES)}; those of a split "
                    f"are {', '.join(f'{kind}/SPLIT' for kind in _OF_SPLITS)}"
                )


def _impossible(suite: Suite, numerics: NumericsIdentity) -> Iterator[str]:
    """Requests that no machine could carry out."""
    rollouts, processes = suite.defaults.rollouts, suite.defaults.numerics.processes
    uses_vllm = rollouts.engine == "vllm"
    if uses_vllm and numerics["device"] != "cuda":
        asked = suite.defaults.numerics.device
        auto = " (what auto means here)" if asked == "auto" else ""
        yield (
            'defaults.rollouts.engine = "vllm" needs a GPU, but defaults.numerics.device is '
            f'{numerics["device"]}{auto}; set it to "cuda", or the engine to "sampler"'
        )
    if suite.defaults.sft.batch_size % processes:
        yield (
            f"defaults.sft.batch_size = {suite.defaults.sft.batch_size} is not a multiple of "
            f"defaults.numerics.processes = {processes}"
        )
    if processes > 1 and suite.defaults.match_rft != "steps":
        # Each process would find by itself when the budget is spent, and wait for the others.
        yield (
            f'defaults.match_rft = "{suite.defaults.match_rft}" is for one process; set '
            "defaults.numerics.processes = 1"
        )
    for entry in valid_algorithms(suite.axes.algorithms):
        for phase in entry.plugin.phases():
            if uses_vllm and phase.trainer == "expert-iteration":
                yield (
                    f'{entry.label} draws its rollouts with the engine "sampler" alone; set '
                    'defaults.rollouts.engine = "sampler"'
                )
            if processes > 1 and (reason := _not_shared(phase, processes)):
                yield f"{entry.label} {reason}; set defaults.numerics.processes = 1"


def _not_shared(phase: Phase, processes: int) -> str:
    """The reason why so many processes cannot share a phase; empty if they can."""
    if phase.trainer == "sft":
        return ""
    if phase.trainer != "grpo":
        return f'(trainer "{phase.trainer}") runs in one process'
    if phase.config.get("resample_rounds"):
        return "resamples groups over the whole batch, which one process has to see"
    if phase.prompts % processes:
        return f"takes {phase.prompts} prompts a step, which {processes} processes cannot share"
    rows = phase.prompts * phase.group // processes
    parts = phase.config.get("minibatches", 1)
    if rows % parts:
        return f"has {rows} rollouts a process, which cannot be cut into {parts} minibatches"
    return ""
