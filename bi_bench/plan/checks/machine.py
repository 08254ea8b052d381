"""What of a suite could run nowhere, and what this machine lacks for it; found out without torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bi_bench.api import Phase, UserError
from bi_bench.api.versions import library_versions
from bi_bench.plan.checks.phases import sound
from bi_bench.suite import Suite

INSTALL_VLLM = "pip install 'bi-bench[vllm]'"


def check_feasible(suite: Suite, numerics: Mapping[str, Any]) -> None:
    """UserError for the first request that no machine could carry out, naming its key."""
    for problem in _impossible(suite, numerics):
        raise UserError(problem)


def shared_server(suite: Suite, gpus: int) -> str:
    """Why so many GPUs are too many for the one vLLM server of a suite; empty if they are not."""
    rollouts, processes = suite.defaults.rollouts, suite.defaults.numerics.processes
    served = rollouts.engine == "vllm" and rollouts.vllm.mode == "server"
    if not served or gpus < 2 * processes:
        return ""
    return (
        f"with {gpus} GPUs several RFT stages run at a time, and each would put its weights into the "
        f"one server at {rollouts.vllm.server_url}; run with --gpus {processes}"
    )


def lacking(suite: Suite) -> list[str]:
    """What the stages of a suite need and this machine has not installed, with the way out."""
    uses_vllm = suite.defaults.rollouts.engine == "vllm"
    if uses_vllm and library_versions(("vllm",))["vllm"] == "absent":
        return [
            f'defaults.rollouts.engine = "vllm", but vLLM is not installed here: {INSTALL_VLLM}, '
            "or --set defaults.rollouts.engine=sampler"
        ]
    return []


def missing_trackers(suite: Suite) -> list[str]:
    """What a suite reports to and this machine has not installed; it runs without."""
    return [
        f'defaults.tracking.report_to: {name} is not installed here: pip install "bi-bench[{name}]"; '
        "until then nothing is reported to it"
        for name in dict.fromkeys(suite.defaults.tracking.report_to)
        if library_versions((name,))[name] == "absent"
    ]


def _impossible(suite: Suite, numerics: Mapping[str, Any]) -> Iterator[str]:
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
    for entry in sound(suite.axes["algorithms"]):
        for phase in entry.plugin.phases():
            if uses_vllm and phase.trainer == "expert-iteration":
                yield (
                    f'{entry.label} draws its rollouts with the engine "sampler" alone; set '
                    'defaults.rollouts.engine = "sampler"'
                )
            if processes > 1 and (reason := _alone(phase, processes)):
                yield f"{entry.label} {reason}; set defaults.numerics.processes = 1"


def _alone(phase: Phase, processes: int) -> str:
    """Why a phase cannot be shared by so many processes; empty if it can."""
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
