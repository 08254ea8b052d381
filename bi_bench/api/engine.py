"""The base class of engines: where and how the stages of a suite run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeAlias

from bi_bench.api.errors import UserError
from bi_bench.api.events import Event, Outcome, ProgressReport
from bi_bench.api.identity import Json, StageKind
from bi_bench.api.plugin import P, Plugin

Observe: TypeAlias = Callable[[Event], None]
"""Called with each event; from any thread."""


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources that a stage holds while it runs: CPU threads and GPUs."""

    cpus: int = 1
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class StageCall:
    """What :attr:`StageJob.command` comes to, for engines that keep processes with loaded libraries.

    ``entry`` names a function as ``package.module:function``, ``stage`` is all of the stage as plain
    JSON, ``preload`` are modules that take long to import.
    """

    entry: str
    stage: Mapping[str, Json]
    preload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class StageJob:
    """A stage that is not stored yet, as an engine sees it.

    ``key`` names it and its folder, ``kind`` is such as "sft", ``label`` is for people. ``parents``
    maps roles to the keys of the stages that it reads; those that are not among the stages of the
    engine are stored. ``resources`` are for its exclusive use. ``estimate`` is the expected duration
    in seconds, ``limit`` the seconds after which the engine ends it; None: not known, no limit.

    ``command`` runs it, on any machine with the same folders, versions and environment: a
    `bi-bench stage` that exits with 0 if the stage is stored then, finished or declined, with 2 if it
    failed and the user can correct that, and with another code if it failed otherwise. ``store`` is the
    folder that it reads and writes.

    ``outcome()`` is how it ended, as the store has it: None if this run left neither a result nor the
    record of a failure, as after a kill. ``progress()`` is what it last reported, while it runs.
    """

    key: str
    kind: StageKind
    label: str
    parents: Mapping[str, str]
    command: tuple[str, ...]
    store: Path
    outcome: Callable[[], Outcome | None]
    progress: Callable[[], ProgressReport | None]
    call: StageCall = field(repr=False)
    resources: Resources = Resources()
    estimate: float | None = None
    limit: float | None = None


class Engine(Plugin[P], ABC):
    """Runs stages, each as a process somewhere; in no content key.

    It orders stages (:class:`~bi_bench.api.Schedule` does), starts them, ends those that exceed their
    limit, and says how each ended. The core hands it stages that are not stored and whose stored
    parents have results, finds out which stages are blocked or skipped, compares what the engine says
    with the store, and records failures that left no record.

    ``default`` marks the engine of suites that name none; one of all installed ones has it.
    """

    default: ClassVar[bool] = False

    def capacity(self, stages: Sequence[StageJob]) -> Resources | None:
        """CPU threads and GPUs that stages can hold at the same time; None, the default: not known."""
        return None

    def check(self, stages: Sequence[StageJob]) -> None:
        """Raise UserError for a stage that could never run here; called before anything starts.

        The default compares each stage with :meth:`capacity`.
        """
        most = self.capacity(stages)
        if most is None:
            return
        for stage in stages:
            need = stage.resources
            units = (("CPU threads", need.cpus, most.cpus), ("GPUs", need.gpus, most.gpus))
            for unit, wanted, given in units:
                if wanted > given:
                    raise UserError(
                        f"{stage.label} needs {wanted} {unit}, but the engine has {given}; give it more, "
                        "or lower defaults.numerics.threads or processes"
                    )

    @abstractmethod
    def run(self, stages: Sequence[StageJob], observe: Observe) -> Mapping[str, Outcome]:
        """Run the stages, which are sorted with parents first; returns how each ended, by key.

        Stages whose parents gave no result must not run and may be left out. Report to ``observe``
        what happens while it happens: the display and the live page follow it. On any exception, and
        so on Ctrl-C, end what is running.
        """
