"""Checks of this machine: what a suite needs and is not installed here, found without torch."""

from __future__ import annotations

from bi_bench.api.versions import library_versions
from bi_bench.suite import Suite

INSTALL_VLLM = "pip install 'bi-bench[vllm]'"


def obstacles(suite: Suite, gpus: int) -> list[str]:
    """Reasons why a suite cannot run here with so many GPUs, each with the way out."""
    shared = shared_server(suite, gpus)
    return [shared] if shared else lacking(suite)


def shared_server(suite: Suite, gpus: int) -> str:
    """The reason why so many GPUs are too many for the vLLM server of a suite; empty if they are not."""
    rollouts, processes = suite.defaults.rollouts, suite.defaults.numerics.processes
    served = rollouts.engine == "vllm" and rollouts.vllm.mode == "server"
    if not served or gpus < 2 * processes:
        return ""
    return (
        f"with {gpus} GPUs several RFT stages run at a time, and each would put its weights into the "
        f"one server at {rollouts.vllm.server_url}; run with --gpus {processes}"
    )


def lacking(suite: Suite) -> list[str]:
    """Libraries that the stages of a suite need and that are not installed, with the way out."""
    uses_vllm = suite.defaults.rollouts.engine == "vllm"
    if uses_vllm and library_versions(("vllm",))["vllm"] == "absent":
        return [
            f'defaults.rollouts.engine = "vllm", but vLLM is not installed here: {INSTALL_VLLM}, '
            "or --set defaults.rollouts.engine=sampler"
        ]
    return []


def missing_trackers(suite: Suite) -> list[str]:
    """Trackers that a suite reports to and that are not installed; it runs without them."""
    return [
        f'defaults.tracking.report_to: {name} is not installed here: pip install "bi-bench[{name}]"; '
        "until then nothing is reported to it"
        for name in dict.fromkeys(suite.defaults.tracking.report_to)
        if library_versions((name,))[name] == "absent"
    ]
