"""Compares the logs of several models with the first, task by task and document by document."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bi_bench.api import UserError, did_you_mean
from bi_bench.lm_eval.comparable import ACCEPTABLE, common_documents, decide
from bi_bench.lm_eval.comparison import Comparison, Names, Paired, compare_scores, pool
from bi_bench.lm_eval.logs import Log, Task
from bi_bench.lm_eval.results_file import Metric


@dataclass
class Compared:
    """The comparisons of two logs or more; ``overall`` pools the primary metric of several tasks."""

    reference: str
    models: list[str]
    comparisons: list[Comparison] = field(default_factory=list)
    overall: list[Comparison] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _Side(NamedTuple):
    """A task in the log of one model."""

    model: str
    task: Task


def compare_logs(
    logs: Sequence[Log], metric: str = "", accept: Collection[str] = (), clustered: bool = False
) -> Compared:
    """Every log against the first, task by task; refusals name the field that differs.

    ``metric`` is "NAME" or "NAME,FILTER", and the primary one of each task; without it the first
    that the task has. ``accept`` names fields that may differ. UserError for fewer than two logs
    and for a metric that no task has.
    """
    if len(logs) < 2:
        raise UserError(
            "one log is no comparison; name a folder for each model, the reference first"
        )
    for name in accept:
        if name not in ACCEPTABLE:
            hint = did_you_mean(name, ACCEPTABLE) or f"; fields: {', '.join(ACCEPTABLE)}"
            raise UserError(f'--accept: "{name}" cannot be accepted{hint}')
    reference, *others = logs
    result = Compared(reference.name, [log.name for log in others])
    result.notes += [note for log in logs for note in log.notes]
    _check_metric(metric, logs)
    for other in others:
        found: list[Paired] = []
        for name in dict.fromkeys((*reference.tasks, *other.tasks)):
            one, two = reference.tasks.get(name), other.tasks.get(name)
            if one is None or two is None:
                only = reference.name if two is None else other.name
                result.notes.append(f"{name}: in the log of {only} alone")
                continue
            decision = decide(one, two, accept)
            result.notes += [f"{name}, {other.name}: {why}" for why in decision.accepted]
            if decision.refused:
                result.refused.append(
                    f"{name}, {other.name} against {reference.name}: {decision.refused}"
                )
                continue
            sides = _Side(reference.name, one), _Side(other.name, two)
            found += _compare_task(*sides, metric, clustered, result)
        result.comparisons += [pair.comparison for pair in found]
        result.overall += pool(found)
    return result


def _check_metric(metric: str, logs: Sequence[Log]) -> None:
    known = {
        name
        for log in logs
        for task in log.tasks.values()
        for each in task.scores
        for name in (each.name, each.key)
    }
    if metric and metric not in known:
        hint = did_you_mean(metric, known) or f"; metrics: {', '.join(sorted(known)) or 'none'}"
        raise UserError(f'--metric: no task has a score "{metric}" for each document{hint}')


def _compare_task(
    reference: _Side, model: _Side, metric: str, clustered: bool, result: Compared
) -> list[Paired]:
    """The comparisons of a task; notes and refusals of single metrics go to ``result``."""
    one, other = reference.task, model.task
    result.notes += _differences(reference, model)
    metrics = [each for each in one.scores if each in other.scores]
    primary = next((m for m in metrics if metric in ("", m.name, m.key)), None)
    common = common_documents(one, other)
    found = []
    for each in metrics:
        documents = [d for d in common if d in one.scores[each] and d in other.scores[each]]
        if len(documents) < 2:
            result.refused.append(f"{one.name}, {each.key}: fewer than 2 documents to pair")
            continue
        before, after = (
            np.array([task.scores[each][d] for d in documents]) for task in (one, other)
        )
        clusters = [f"{one.name} {one.asked[d].cluster}" for d in documents] if clustered else None
        if clusters and len(set(clusters)) < 2:
            result.refused.append(f"{one.name}: all documents are in one cluster")
            continue
        for side, scores in ((reference, before), (model, after)):
            result.notes += _unlike_reported(side, each, scores)
        better = one.results.higher_is_better.get(each.name)
        found.append(
            compare_scores(
                Names(one.name, reference.model, model.model),
                each,
                before,
                after,
                clusters,
                better if isinstance(better, bool) else None,
                each == primary,
            )
        )
    return found


def _differences(reference: _Side, model: _Side) -> list[str]:
    """Notes on what only one of the logs has: documents, metrics; and on what is left out."""
    one, other = reference.task, model.task
    sides = ((reference, other), (model, one))
    notes = []
    for side, lacking in sides:
        only = [document for document in side.task.asked if document not in lacking.asked]
        if only:
            some = ", ".join(only[:5]) + (", ..." if len(only) > 5 else "")
            notes.append(
                f"{one.name}: {len(only)} documents in the log of {side.model} alone (doc_id {some}) "
                "are in no comparison"
            )
    if one.repeated or other.repeated:
        notes.append(f"{one.name}: several answers to a document count as their mean")
    notes += [
        f"{one.name}: {metric.key} is in the log of {side.model} alone"
        for side, lacking in sides
        for metric in side.task.scores
        if metric not in lacking.scores and metric not in lacking.unusable
    ]
    for metric in dict.fromkeys((*one.unusable, *other.unusable)):
        why = one.unusable.get(metric) or other.unusable.get(metric)
        notes.append(f"{one.name}: {metric.key} is left out: {why}")
    return notes


def _unlike_reported(side: _Side, metric: Metric, scores: NDArray[np.float64]) -> list[str]:
    """A note where lm-eval's own number is not the mean over the documents."""
    task = side.task
    reported = task.results.scores.get(metric.key)
    if not isinstance(reported, int | float) or len(scores) < len(task.asked):
        return []
    if abs(reported - scores.mean()) > 1e-6 * max(1.0, abs(reported)):
        return [
            f"{task.name}: lm-eval reports {metric.key} {reported:.4g} for {side.model}, the mean "
            f"over documents is {scores.mean():.4g}: it is no mean, or samples are missing"
        ]
    return []
