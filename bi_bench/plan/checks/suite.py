"""Checks of a whole suite: settings that cannot work together, and requests that no machine meets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bi_bench.api import SPLITS, Limits, UserError, did_you_mean
from bi_bench.api.identity import NumericsIdentity
from bi_bench.plan.checks.decoders import decoder_faults
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import Suite

_OF_SPLITS = ("problems", "pre", "post", "overlap")
_ROLES = ("base", "augment", "sft", "probe", "rft", "probe-rft", *_OF_SPLITS)


def check_suite(suite: Suite, numerics: NumericsIdentity, recipes: Recipes) -> None:
    """Raise UserError for the first fault found, with its key and the way out.

    ``numerics`` are those of the suite with ``auto`` resolved.
    """
    for fault in chain(
        _roles(suite),
        decoder_faults(suite),
        _impossible(suite, numerics),
        _conflicts(suite, recipes),
    ):
        raise UserError(fault)


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


def _conflicts(suite: Suite, recipes: Recipes) -> Iterator[str]:
    """Algorithms that cannot be carried out with the settings of the suite."""
    defaults, processes = suite.defaults, suite.defaults.numerics.processes
    limits = Limits(
        micro_batch=defaults.rollouts.micro_batch_size,
        processes=processes,
        engine=defaults.rollouts.engine,
        stop_texts=bool(defaults.prompt.stop),
    )
    for entry in recipes.sound(suite.axes.algorithms):
        if reason := recipes.of(entry).conflict(limits):
            yield f"{entry.label} {reason}"
        for hook in ("choose", "between"):
            if processes > 1 and entry.plugin.overrides(hook):
                yield (
                    f"{entry.label} overrides {hook}, which has to see all rollouts of a step; set "
                    "defaults.numerics.processes = 1"
                )
