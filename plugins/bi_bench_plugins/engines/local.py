"""Stages as processes of this machine, as many at a time as it has room for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from bi_bench.api import Engine, Observe, Outcome, Parameters, Resources, StageJob


class LocalParameters(Parameters):
    """The share of the machine that stages may use."""

    workers: int = Field(0, ge=0, description="Stages at a time; 0: one per CPU.")
    gpus: int = Field(-1, ge=-1, description="GPUs to use; -1: all visible ones.")


class Local(Engine[LocalParameters]):
    """This machine: a process for each stage, forked from one that has the libraries loaded."""

    name = "local"
    default = True

    def capacity(self, stages: Sequence[StageJob]) -> Resources:
        """CPU threads for all workers, and the GPUs."""
        from bi_bench.engines.local import capacity_here

        return capacity_here(stages, self.params.workers, self.params.gpus)

    def run(self, stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        """Run what fits, the most urgent first."""
        from bi_bench.engines.local import run_here

        return run_here(stages, observe, self.params.workers, self.params.gpus)
