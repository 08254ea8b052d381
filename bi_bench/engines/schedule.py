"""The order of stages: parents first, and of those that are ready the critical path first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import TopologicalSorter

from bi_bench.plan.stage import Stage


class Schedule:
    """Hands out stages whose parents have ended; stages outside ``stages`` count as ended."""

    def __init__(self, stages: Mapping[str, Stage], weight: Callable[[Stage], float]) -> None:
        self._stages = stages
        edges = {
            key: [parent for parent in stage.parents.values() if parent in stages]
            for key, stage in stages.items()
        }
        self._chain = _longest_chains(stages, edges, weight)
        self._sorter = TopologicalSorter(edges)
        self._sorter.prepare()

    def __bool__(self) -> bool:
        return self._sorter.is_active()

    def ready(self) -> list[Stage]:
        """Stages that became ready since the last call."""
        return [self._stages[key] for key in self._sorter.get_ready()]

    def end(self, stage: Stage) -> None:
        """The stage has ended, in whatever way."""
        self._sorter.done(stage.key)

    def urgency(self, stage: Stage) -> float:
        """Weight of the longest chain of stages that starts with this one."""
        return self._chain[stage.key]


def _longest_chains(
    stages: Mapping[str, Stage],
    edges: Mapping[str, list[str]],
    weight: Callable[[Stage], float],
) -> dict[str, float]:
    order = list(TopologicalSorter(edges).static_order())
    after = dict.fromkeys(stages, 0.0)
    chain: dict[str, float] = {}
    for key in reversed(order):
        chain[key] = weight(stages[key]) + after[key]
        for parent in edges[key]:
            after[parent] = max(after[parent], chain[key])
    return chain
