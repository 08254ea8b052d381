"""Equivalent algorithms: those of a suite that update the model alike under two names."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bi_bench.api import Algorithm
from bi_bench.api.trainer import HOOKS
from bi_bench.plan.recipe import Recipes
from bi_bench.suite import Entry


def equivalent_algorithms(entries: Sequence[Entry[Algorithm]], recipes: Recipes) -> list[str]:
    """One warning for each set of entries that update the model alike, naming their labels.

    An algorithm with methods of its own between the steps is like none but itself.
    """
    alike: dict[str, list[Entry[Algorithm]]] = {}
    for entry in entries:
        own = [hook for hook in HOOKS if entry.plugin.overrides(hook)]
        direction = [
            [phase.objective() for phase in recipes.of(entry).phases],
            [entry.name, entry.params.model_dump(mode="json")] if own else [],
        ]
        alike.setdefault(json.dumps(direction, sort_keys=True, default=str), []).append(entry)
    return [_warning(same, recipes) for same in alike.values() if len(same) > 1]


def _warning(entries: Sequence[Entry[Algorithm]], recipes: Recipes) -> str:
    *first, last = (entry.label for entry in entries)
    names = f"{', '.join(first)} and {last}"
    phases = [recipes.of(entry).phases for entry in entries]
    if all(other == phases[0] for other in phases):
        return f"{names} are the same algorithm with the same settings"
    return (
        f"{names} are one algorithm here: with a single update per rollout batch their gradients "
        "differ in scale alone; to compare them, use each batch for several updates"
    )
