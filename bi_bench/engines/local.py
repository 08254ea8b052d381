"""The local engine: stages as processes of this machine, as many at a time as it has room for."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import wait
from pathlib import Path

from bi_bench.api.engine import Observe
from bi_bench.api.events import Event, Outcome
from bi_bench.api.schedule import Schedule, expected
from bi_bench.engines.environment import make_room_for_sockets
from bi_bench.engines.interrupt import one_interrupt
from bi_bench.engines.lease import Lease, visible_devices
from bi_bench.engines.server import Server
from bi_bench.engines.settle import check_parents, missing_stages
from bi_bench.engines.stored import settled
from bi_bench.engines.worker import Worker
from bi_bench.plan.stage import Stage
from bi_bench.store import Store

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_BEFORE_RETRY = 0.5


class LocalEngine:
    """Runs a stage graph on ``cpus`` CPU threads and ``gpus`` GPUs.

    ``entry`` is the worker's entry point (see :mod:`bi_bench.engines.perform`), ``preload`` the
    modules that the fork server imports before it forks; they must not open CUDA. ``threads``
    is the number of threads that numerical libraries use in each process. ``weight`` is a
    stage's expected duration, in any unit; it decides what counts as the critical path.
    """

    def __init__(
        self,
        store: Store,
        *,
        cpus: int,
        entry: str,
        gpus: int = 0,
        preload: Sequence[str] = (),
        threads: int = 1,
        weight: Callable[[Stage], float] = expected,
    ) -> None:
        self._store = store
        self._cpus = cpus
        self._entry = entry
        self._gpus = gpus
        self._preload = preload
        self._threads = threads
        self._weight = weight

    def run(self, stages: Sequence[Stage], observe: Observe) -> dict[str, Outcome]:
        """Run what is not in the store yet; returns how each stage ended, by key.

        A failing stage takes along only what depends on it; one whose process was killed from elsewhere
        is tried once more. On any exception, and so on Ctrl-C, the running processes are killed and
        their temporary folders removed; a second Ctrl-C does not interrupt that.

        Raises:
            UserError: before anything starts, if a stage could never run here.
        """
        run = _Run(self._store, observe)
        missing = run.settle(stages)
        lease = Lease(self._cpus, visible_devices(self._gpus, os.getenv("CUDA_VISIBLE_DEVICES")))
        for stage in missing.values():
            lease.check(stage)
            check_parents(self._store, stage, missing)
        if not missing:
            return run.outcomes
        make_room_for_sockets()
        server = Server(self._preload, self._threads)
        schedule = Schedule(missing.values(), self._weight, run.before(missing))
        # A short name: sockets of workers may lie there.
        with one_interrupt(), tempfile.TemporaryDirectory(prefix="bb-") as scratch:
            try:
                while schedule:
                    run.queue(schedule)
                    run.launch(lease, server, self._entry, Path(scratch))
                    run.look(schedule, lease)
            finally:
                for worker in run.workers:
                    worker.kill()
                server.stop()
        return run.outcomes


class _Run:
    """The state of one run: what waits, what works, what has ended."""

    def __init__(self, store: Store, observe: Observe) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self.workers: list[Worker] = []
        self._store = store
        self._observe = observe
        self._waiting: list[Stage] = []
        self._not_before: dict[str, float] = {}
        self._tried: set[str] = set()

    def settle(self, stages: Sequence[Stage]) -> dict[str, Stage]:
        """Report what is in the store already; returns the rest by key."""
        missing = missing_stages(self._store, stages)
        for stage in stages:
            if stage.key not in missing and stage.key not in self.outcomes:
                self._end(stage, settled(self._store, stage.key))
        return missing

    def before(self, missing: Mapping[str, Stage]) -> dict[str, Outcome]:
        """The outcomes of stages that the missing ones read."""
        keys = {key for stage in missing.values() for key in stage.parents.values()}
        return {
            key: self.outcomes.get(key) or settled(self._store, key)
            for key in keys - missing.keys()
        }

    def queue(self, schedule: Schedule[Stage]) -> None:
        """Take stages whose parents have ended; report those that cannot run any more."""
        self._waiting += schedule.ready()
        self._waiting.sort(key=schedule.urgency, reverse=True)
        for stage, outcome in schedule.given_up():
            self._end(stage, outcome)

    def launch(self, lease: Lease, server: Server, entry: str, scratch: Path) -> None:
        """Start what fits, the most urgent first."""
        for stage in list(self._waiting):
            if self._not_before.get(stage.key, 0.0) > time.monotonic():
                continue
            devices = lease.take(stage.resources)
            if devices is None:
                continue
            self._waiting.remove(stage)
            self.workers.append(Worker(stage, self._store, server, entry, devices, scratch))

    def look(self, schedule: Schedule[Stage], lease: Lease) -> None:
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
                self._collect(worker, schedule)
                lease.give_back(worker.stage.resources, worker.devices)

    def _collect(self, worker: Worker, schedule: Schedule[Stage]) -> None:
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
        if outcome.status != "cached" and not worker.begun:
            self._observe(Event("started", stage))  # it was over before anyone looked
        self._end(stage, outcome)
        schedule.end(stage, outcome)

    def _end(self, stage: Stage, outcome: Outcome) -> None:
        self.outcomes[stage.key] = outcome
        self._observe(Event(outcome.status, stage, outcome.seconds, outcome.message))
