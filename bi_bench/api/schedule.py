"""The order of stages: parents first, and of those that are ready the critical path first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from typing import Generic, Protocol

from typing_extensions import TypeVar

from bi_bench.api.events import NamedStage, Outcome

_SECONDS_UNKNOWN = 1.0  # of a stage whose duration nobody knows


class PlannedStage(NamedStage, Protocol):
    """A stage with what its order depends on."""

    @property
    def parents(self) -> Mapping[str, str]:
        """The keys of the stages that it reads, by role."""

    @property
    def estimate(self) -> float | None:
        """The expected duration in seconds, None if it is not known."""


S = TypeVar("S", bound=PlannedStage)


class Schedule(Generic[S]):
    """Hands out stages whose parents have ended well; stages outside of it count as ended.

    A stage with a parent that gave no result is never handed out. It is given up: :attr:`outcomes`
    then has it as blocked or skipped.

    >>> schedule = Schedule(stages)                                   # doctest: +SKIP
    >>> while schedule:                                               # doctest: +SKIP
    ...     for stage in schedule.ready():
    ...         schedule.end(stage, run_somehow(stage))
    """

    def __init__(self, stages: Iterable[S]) -> None:
        self.outcomes: dict[str, Outcome] = {}
        self._stages = {stage.key: stage for stage in stages}
        edges = {
            key: [parent for parent in stage.parents.values() if parent in self._stages]
            for key, stage in self._stages.items()
        }
        self._chain = _longest_chains(self._stages, edges)
        self._sorter = TopologicalSorter(edges)
        self._sorter.prepare()

    def __bool__(self) -> bool:
        return self._sorter.is_active()

    def ready(self) -> list[S]:
        """Stages that became ready since the last call, the most urgent first."""
        found = []
        while keys := self._sorter.get_ready():
            for stage in (self._stages[key] for key in keys):
                outcome = unrunnable(stage, self.outcomes, self._stages)
                if outcome is None:
                    found.append(stage)
                else:
                    self.end(stage, outcome)
        return sorted(found, key=self.urgency, reverse=True)

    def end(self, stage: S, outcome: Outcome) -> None:
        """A stage that was handed out has ended."""
        self.outcomes[stage.key] = outcome
        self._sorter.done(stage.key)

    def urgency(self, stage: S) -> float:
        """Expected duration of the longest chain of stages that starts with this one."""
        return self._chain[stage.key]


def unrunnable(
    stage: PlannedStage, outcomes: Mapping[str, Outcome], stages: Mapping[str, NamedStage]
) -> Outcome | None:
    """The outcome of a stage whose parents gave no result; declined outranks failed. None if they did."""
    parents = {key: outcomes[key] for key in stage.parents.values() if key in outcomes}
    for parent in parents.values():
        if parent.status in ("declined", "skipped"):
            return Outcome("skipped", message=parent.message)
    for key, parent in parents.items():
        if parent.status == "failed":
            return Outcome("blocked", message=f"needs {stages[key].label}, which failed")
        if parent.status == "blocked":
            return parent
    return None


def _longest_chains(
    stages: Mapping[str, PlannedStage], edges: Mapping[str, list[str]]
) -> dict[str, float]:
    order = list(TopologicalSorter(edges).static_order())
    after = dict.fromkeys(stages, 0.0)
    chain: dict[str, float] = {}
    for key in reversed(order):
        chain[key] = (stages[key].estimate or _SECONDS_UNKNOWN) + after[key]
        for parent in edges[key]:
            after[parent] = max(after[parent], chain[key])
    return chain
