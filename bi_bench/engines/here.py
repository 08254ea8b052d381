"""The jobs of an engine, run on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bi_bench.api.engine import Observe, Resources, StageJob
from bi_bench.api.events import Outcome
from bi_bench.engines.local import LocalEngine
from bi_bench.machine.hardware import cpu_threads, gpu_count
from bi_bench.plan.stage import Stage
from bi_bench.store import Store


def capacity_here(stages: Sequence[StageJob], workers: int, gpus: int) -> Resources:
    """CPU threads for so many workers (0: all), and so many GPUs (-1: all) of this machine."""
    return Resources(cpu_threads(workers, _threads(stages)), gpu_count(gpus))


def run_here(
    stages: Sequence[StageJob], observe: Observe, workers: int, gpus: int
) -> Mapping[str, Outcome]:
    """Run the stages with :class:`LocalEngine`; they have one store and one entry point."""
    if not stages:
        return {}
    first, capacity = stages[0], capacity_here(stages, workers, gpus)
    engine = LocalEngine(
        Store(first.store),
        cpus=capacity.cpus,
        gpus=capacity.gpus,
        entry=first.call.entry,
        preload=first.call.preload,
        threads=_threads(stages),
    )
    return engine.run([_stage(job) for job in stages], observe)


def _threads(stages: Sequence[StageJob]) -> int:
    """CPU threads of each process; those of a suite's stages that compute are equal."""
    return max((_stage(job).threads for job in stages), default=1)


def _stage(job: StageJob) -> Stage:
    return Stage.from_json(job.call.stage)
