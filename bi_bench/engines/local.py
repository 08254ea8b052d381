"""Stages as processes of this machine, as many at a time as it has room for."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path

from bi_bench.api.engine import Observe, Resources, StageJob
from bi_bench.api.events import Event, Outcome
from bi_bench.api.schedule import Schedule
from bi_bench.engines.environment import make_room_for_sockets
from bi_bench.engines.interrupt import one_interrupt
from bi_bench.engines.lease import Lease, visible_devices
from bi_bench.engines.server import Server
from bi_bench.engines.worker import Worker
from bi_bench.machine.hardware import cpu_threads, gpu_count
from bi_bench.plan.stage import Stage

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BEFORE_RETRY = 0.5


def capacity_here(stages: Sequence[StageJob], workers: int, gpus: int) -> Resources:
    """CPU threads for so many workers (0: all), and so many GPUs (-1: all) of this machine.

    Raises:
        UserError: CUDA_VISIBLE_DEVICES leaves fewer GPUs.
    """
    return Resources(cpu_threads(workers, _threads(stages)), len(_devices(gpus)))


def run_here(
    stages: Sequence[StageJob], observe: Observe, workers: int, gpus: int
) -> Mapping[str, Outcome]:
    """Run the stages; returns how each ended, by key.

    A failing stage takes along only what depends on it; one whose process was killed from elsewhere
    is tried once more. On any exception, and so on Ctrl-C, the running processes are killed and
    their temporary folders removed; a second Ctrl-C does not interrupt that.
    """
    schedule = Schedule(stages)
    lease = Lease(capacity_here(stages, workers, gpus).cpus, _devices(gpus))
    make_room_for_sockets()
    server = Server(stages[0].call.preload, _threads(stages))
    # A short name: sockets of workers may lie there.
    with one_interrupt(), tempfile.TemporaryDirectory(prefix="bb-") as scratch:
        run = _Run(schedule, lease, server, Path(scratch), observe)
        try:
            while schedule:
                run.launch()
                run.look()
        finally:
            for worker in run.workers:
                worker.kill()
            server.stop()
    return schedule.outcomes


class _Run:
    """The state of one run: what waits and what works."""

    def __init__(
        self,
        schedule: Schedule[StageJob],
        lease: Lease,
        server: Server,
        scratch: Path,
        observe: Observe,
    ) -> None:
        self.workers: list[Worker] = []
        self._schedule = schedule
        self._lease = lease
        self._server = server
        self._scratch = scratch
        self._observe = observe
        self._waiting: list[StageJob] = []
        self._not_before: dict[str, float] = {}
        self._tried: set[str] = set()

    def launch(self) -> None:
        """Start what fits, the most urgent first."""
        self._waiting += self._schedule.ready()
        self._waiting.sort(key=self._schedule.urgency, reverse=True)
        for stage in list(self._waiting):
            if self._not_before.get(stage.key, 0.0) > time.monotonic():
                continue
            devices = self._lease.take(stage.resources)
            if devices is None:
                continue
            self._waiting.remove(stage)
            self.workers.append(Worker(stage, self._server, devices, self._scratch))

    def look(self) -> None:
        """Wait a moment, then report progress and collect what has ended."""
        if self.workers:
            wait([worker.sentinel for worker in self.workers], _SECONDS_BETWEEN_LOOKS)
        elif self._waiting:
            time.sleep(_SECONDS_BETWEEN_LOOKS)  # another engine is busy with all that is left
        for worker in list(self.workers):
            worker.end_if_overdue()
            ended = worker.ended
            for event in worker.news():
                self._observe(event)
            if ended:
                self._collect(worker)
                self._lease.give_back(worker.stage.resources, worker.devices)

    def _collect(self, worker: Worker) -> None:
        stage = worker.stage
        self.workers.remove(worker)
        if (reason := worker.lost) and stage.key not in self._tried:
            self._tried.add(stage.key)
            worker.kill()
            self._observe(Event("retried", stage, worker.seconds, reason))
            self._waiting.append(stage)
            return
        outcome = worker.outcome()
        if outcome is None:
            self._not_before[stage.key] = time.monotonic() + _SECONDS_BEFORE_RETRY
            self._waiting.append(stage)
            return
        self._observe(Event(outcome.status, stage, outcome.seconds, outcome.message))
        self._schedule.end(stage, outcome)


def _threads(stages: Sequence[StageJob]) -> int:
    """CPU threads of each process; those of a suite's stages that compute are equal."""
    return max((Stage.from_json(stage.call.stage).threads for stage in stages), default=1)


def _devices(gpus: int) -> tuple[str, ...]:
    return visible_devices(gpu_count(gpus), os.getenv("CUDA_VISIBLE_DEVICES"))
