"""An engine that runs every stage as a process of its own, a few at a time."""

import os
import signal
import time
from subprocess import DEVNULL, Popen

from pydantic import Field

from bi_bench.api import Engine, Event, Outcome, Parameters, Resources, Schedule, hookimpl


class SubprocessParameters(Parameters):
    cpus: int = Field(2, ge=1, description="CPU threads for all stages together.")


class Subprocess(Engine[SubprocessParameters]):
    """Runs `bi-bench stage` for every stage, on the CPU."""

    name = "subprocess"

    def capacity(self, stages):
        return Resources(self.params.cpus, gpus=0)

    def run(self, stages, observe):
        schedule, waiting, running = Schedule(stages), [], {}
        free = self.params.cpus
        try:
            while schedule:
                waiting += schedule.ready()
                for stage in list(waiting):
                    if stage.resources.cpus <= free:
                        waiting.remove(stage)
                        free -= stage.resources.cpus
                        running[stage] = start(stage), time.monotonic()
                        observe(Event("started", stage))
                time.sleep(0.1)
                for stage, (process, since) in list(running.items()):
                    if stage.limit and time.monotonic() - since > stage.limit:
                        end(process)
                    if process.poll() is None:
                        observe(Event("progress", stage))  # the core reads how far it is
                        continue
                    del running[stage]
                    free += stage.resources.cpus
                    died = Outcome("failed", message=f"exit code {process.returncode}")
                    outcome = stage.outcome() or died
                    observe(Event(outcome.status, stage, outcome.seconds, outcome.message))
                    schedule.end(stage, outcome)
        finally:  # also on Ctrl-C
            for process, _ in running.values():
                end(process)
        return schedule.outcomes


def start(stage):
    return Popen(stage.command, stdout=DEVNULL, stderr=DEVNULL, process_group=0)


def end(process):
    os.killpg(process.pid, signal.SIGKILL)  # with what it has started
    process.wait()


@hookimpl
def bi_bench_engines():
    return [Subprocess]
