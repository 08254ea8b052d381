"""The stages of a run that are not stored yet, and whether what they read is there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import TopologicalSorter

from bi_bench.api.errors import UserError
from bi_bench.plan.stage import Stage
from bi_bench.store import Store


def missing_stages(store: Store, stages: Sequence[Stage]) -> dict[str, Stage]:
    """The stages that have to run, by key and in their order.

    Weights that they will load are verified now: damage found later would fail the run midway.
    """
    by_key = {stage.key: stage for stage in stages}
    missing = {key for key in by_key if not store.has(key)}
    unseen = [by_key[key] for key in missing]
    while unseen:
        for key in unseen.pop().parents.values():
            if key in by_key and key not in missing and not store.has(key, weights=True):
                missing.add(key)
                unseen.append(by_key[key])
    return {key: stage for key, stage in by_key.items() if key in missing}


def parents_first(stages: Sequence[Stage]) -> list[Stage]:
    """The stages, each once, in an order in which none comes before one that it reads."""
    by_key = {stage.key: stage for stage in stages}
    order = TopologicalSorter({key: stage.parents.values() for key, stage in by_key.items()})
    return [by_key[key] for key in order.static_order() if key in by_key]


def check_parents(store: Store, stage: Stage, missing: Collection[str]) -> None:
    """UserError if a stage reads one that neither runs nor is stored."""
    for role, key in stage.parents.items():
        if key not in missing and not store.has(key):
            raise UserError(
                f"{stage.label}: its parent {key} ({role}) is neither among the stages to run "
                f"nor in {store.stages}"
            )
