"""Per-step influence and co-influence of queries on a target set (BRIDGE, Proposition 3.1)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

from bi_bench.training.influence.gradients import Aggregate, Group, group_gradient
from bi_bench.training.influence.subspace import Gradient, Subspace


@dataclass(frozen=True, slots=True)
class Influence:
    """The effect of a gradient step on each query on the targets, one entry a query.

    ``influence``: <G, g>, the change of the mean objective of the targets for each unit of
    learning rate of a plain gradient step; exactly 0 for a query whose rewards are all equal.
    ``co_influence``: the same divided by the accuracy factor sqrt(alpha (1 - alpha)), which is
    E[A' (K+ - K-)]; None where that factor is 0. ``cosine``: <G, g> / (|G| |g|), which does not
    depend on the length of gradients; None where one of them is zero.
    ``target_norm``: |G|, G the mean of the gradients of the targets.
    """

    influence: list[float]
    co_influence: list[float | None]
    cosine: list[float | None]
    target_norm: float


def measure_influence(
    model: PreTrainedModel,
    queries: Sequence[Group],
    targets: Sequence[Group],
    *,
    subspace: Subspace | None = None,
    temperature: float = 1.0,
    aggregate: Aggregate = "mean",
    batch: int = 128,
    on_group: Callable[[int], None] | None = None,
) -> Influence:
    """Influence of each query on the targets: one backward pass a query, none for a pair.

    The first-order change is bilinear in the gradients, so the mean over targets is taken first.
    The arguments are those of :func:`group_gradient`; ``on_group`` is called
    with the number of groups done.
    ValueError if there is no query or no target, or if a prompt is among both: its own gradient
    would outweigh all others.
    """
    if not queries or not targets:
        raise ValueError("influence needs at least one query and one target")
    if {tuple(g.prompt) for g in queries} & {tuple(g.prompt) for g in targets}:
        raise ValueError("a prompt is among the queries and the targets; make the sets disjoint")
    done = 0

    def gradient(group: Group) -> Gradient | None:
        nonlocal done
        found = group_gradient(
            model,
            group,
            subspace or Subspace(),
            temperature=temperature,
            aggregate=aggregate,
            batch=batch,
        )
        done += 1
        if on_group:
            on_group(done)
        return found

    mean: Gradient = []
    for target in targets:
        if (part := gradient(target)) is not None:
            scaled = [tensor / len(targets) for tensor in part]
            mean = [a + b for a, b in zip(mean, scaled, strict=True)] if mean else scaled
    target_norm = math.sqrt(_dot(mean, mean))
    result = Influence([], [], [], target_norm)
    for query in queries:
        own = gradient(query)
        value = _dot(mean, own) if own is not None and mean else 0.0
        norm = target_norm * math.sqrt(_dot(own, own)) if own is not None else 0.0
        result.influence.append(value)
        result.co_influence.append(value / query.spread if query.spread else None)
        result.cosine.append(value / norm if norm else None)
    return result


def _dot(one: Gradient, other: Gradient) -> float:
    # Sums over millions of products: in double precision, whatever the gradients are in.
    return math.fsum(
        float(torch.dot(a.flatten().double(), b.flatten().double()))
        for a, b in zip(one, other, strict=True)
    )
