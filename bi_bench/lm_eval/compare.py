"""Pairs the logs of two models document by document, and refuses what is not comparable."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from bi_bench.api import UserError, did_you_mean
from bi_bench.lm_eval.logs import DECISIVE, Asked, Log, Task
from bi_bench.stats import Contrast, McNemar, crossed_interval, mcnemar

# What a document put before the model, in the order in which a difference is told.
_MUST = ("documents", "targets")
_MAY = ("prompts", "generation")
ACCEPTABLE = (
    *_MAY,
    "version",
    "num_fewshot",
    *DECISIVE,
)
_FEW = 50  # fewer documents or clusters make a bootstrap interval too narrow


@dataclass(frozen=True)
class Comparison:
    """One metric of one task, ``model`` minus ``reference`` over the documents that both have.

    ``share``: scores lie between 0 and 1. ``flips`` for 0/1 scores alone, its p-value without
    clusters alone. ``primary``: the sentence of the task is about this one.
    """

    task: str
    metric: str
    filter: str
    reference: str
    model: str
    documents: int
    clusters: int | None
    reference_score: float
    score: float
    difference: Contrast
    share: bool
    flips: McNemar | None
    higher_is_better: bool | None
    primary: bool


@dataclass
class Compared:
    """All that came of two logs or more; ``overall`` pools the primary metric of several tasks."""

    reference: str
    models: list[str]
    comparisons: list[Comparison] = field(default_factory=list)
    overall: list[Comparison] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
        found = []
        for name in dict.fromkeys((*reference.tasks, *other.tasks)):
            pair = reference.tasks.get(name), other.tasks.get(name)
            if pair[0] is None or pair[1] is None:
                only = reference.name if pair[1] is None else other.name
                result.notes.append(f"{name}: in the log of {only} alone")
                continue
            if why := _refusal(pair[0], pair[1], accept, result.notes, other.name):
                result.refused.append(f"{name}, {other.name} against {reference.name}: {why}")
                continue
            found += _task(reference.name, pair[0], other.name, pair[1], metric, clustered, result)
        result.comparisons += [comparison for comparison, _ in found]
        result.overall += _overall(found)
    return result


def _check_metric(metric: str, logs: Sequence[Log]) -> None:
    known = {
        name
        for log in logs
        for task in log.tasks.values()
        for kind in task.scores
        for name in (kind[0], ",".join(kind))
    }
    if metric and metric not in known:
        hint = did_you_mean(metric, known) or f"; metrics: {', '.join(sorted(known)) or 'none'}"
        raise UserError(f'--metric: no task has a score "{metric}" for each document{hint}')


def _refusal(one: Task, other: Task, accept: Collection[str], notes: list[str], name: str) -> str:
    """Why two logs of a task must not be compared, empty where they may be."""
    if one.settled and other.settled:
        for key, value in one.settings.items():
            if value != other.settings.get(key):
                if key not in accept:
                    return (
                        f"{key} differs ({_short(value)} and {_short(other.settings.get(key))}); "
                        f"evaluate both alike, or say --accept {key}"
                    )
                notes.append(f"{one.name}, {name}: {key} differs, which the reader accepted")
    common = [document for document in one.asked if document in other.asked]
    if not common:
        return "no doc_id in common"
    for part in (*_MUST, *_MAY):
        place = Asked._fields.index(part)
        differ = [d for d in common if one.asked[d][place] != other.asked[d][place]]
        if not differ:
            continue
        where = f"{part} differ at {len(differ)} of {len(common)} doc_ids, first {differ[0]}"
        if part not in accept:
            mend = "" if part in _MUST else f"; evaluate both alike, or say --accept {part}"
            return f"{where}{_because(one, other) if part == 'prompts' else ''}{mend}"
        notes.append(f"{one.name}, {name}: {where}, which the reader accepted")
    return ""


def _because(one: Task, other: Task) -> str:
    """What of the settings makes prompts differ."""
    differ = [key for key, value in one.about.items() if value != other.about.get(key)]
    return f" ({', '.join(differ)} differ{'s' * (len(differ) == 1)})" if differ else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _task(
    reference: str,
    one: Task,
    model: str,
    other: Task,
    metric: str,
    clustered: bool,
    result: Compared,
) -> list[tuple[Comparison, tuple[np.ndarray, list[str] | None]]]:
    """The comparisons of a task, with the differences and clusters behind each."""
    common = [document for document in one.asked if document in other.asked]
    _note_missing(reference, one, model, other, result)
    if one.repeated or other.repeated:
        result.notes.append(f"{one.name}: several answers to a document count as their mean")
    kinds = [kind for kind in one.scores if kind in other.scores]
    for name, task, lacking in ((reference, one, other), (model, other, one)):
        for kind in task.scores:
            if kind not in lacking.scores and kind not in lacking.unusable:
                result.notes.append(f"{one.name}: {','.join(kind)} is in the log of {name} alone")
    for kind in dict.fromkeys((*one.unusable, *other.unusable)):
        why = one.unusable.get(kind) or other.unusable.get(kind)
        result.notes.append(f"{one.name}: {','.join(kind)} is left out: {why}")
    primary = next((k for k in kinds if metric in ("", k[0], ",".join(k))), None)
    found = []
    for kind in kinds:
        documents = [d for d in common if d in one.scores[kind] and d in other.scores[kind]]
        if len(documents) < 2:
            result.refused.append(f"{one.name}, {','.join(kind)}: fewer than 2 documents to pair")
            continue
        before, after = (
            np.array([task.scores[kind][d] for d in documents]) for task in (one, other)
        )
        labels = [f"{one.name} {one.asked[d].cluster}" for d in documents] if clustered else None
        if labels and len(set(labels)) < 2:
            result.refused.append(f"{one.name}: all documents are in one cluster")
            continue
        for name, task, scores in ((reference, one, before), (model, other, after)):
            _check_reported(name, task, kind, scores, len(documents), result.notes)
        better = one.higher_is_better.get(kind[0])
        comparison = _comparison(
            (one.name, *kind, reference, model), before, after, labels, better, kind == primary
        )
        found.append((comparison, (after - before, labels)))
    return found


def _comparison(
    names: tuple[str, str, str, str, str],
    before: np.ndarray,
    after: np.ndarray,
    labels: list[str] | None,
    higher_is_better: bool | None,
    primary: bool,
) -> Comparison:
    task, metric, filter_, reference, model = names
    both = np.concatenate((before, after))
    binary = bool(np.isin(both, (0.0, 1.0)).all())
    return Comparison(
        task=task,
        metric=metric,
        filter=filter_,
        reference=reference,
        model=model,
        documents=len(before),
        clusters=len(set(labels)) if labels else None,
        reference_score=float(before.mean()),
        score=float(after.mean()),
        difference=crossed_interval((after - before)[None, :], clusters=labels),
        share=bool(both.min() >= 0.0 and both.max() <= 1.0),
        flips=mcnemar(before, after) if binary else None,
        higher_is_better=higher_is_better if isinstance(higher_is_better, bool) else None,
        primary=primary,
    )


def _overall(
    found: Sequence[tuple[Comparison, tuple[np.ndarray, list[str] | None]]],
) -> list[Comparison]:
    """All documents of all tasks as one, where the tasks' primary metric is the same share."""
    chosen = [(comparison, data) for comparison, data in found if comparison.primary]
    kinds = {(c.metric, c.share, c.higher_is_better) for c, _ in chosen}
    if len(chosen) < 2 or len(kinds) > 1 or not chosen[0][0].share:
        return []
    first = chosen[0][0]
    differences = np.concatenate([data[0] for _, data in chosen])
    labels: list[str] | None = None
    if first.clusters is not None:
        labels = [label for _, (_, of_task) in chosen for label in of_task or ()]
    total = len(differences)

    def mean(values: Sequence[float]) -> float:
        weighted = zip(values, chosen, strict=True)
        return sum(value * comparison.documents for value, (comparison, _) in weighted) / total

    filters = {comparison.filter for comparison, _ in chosen}
    return [
        Comparison(
            task=f"all {len(chosen)} tasks",
            metric=first.metric,
            filter=filters.pop() if len(filters) == 1 else "of each task",
            reference=first.reference,
            model=first.model,
            documents=total,
            clusters=len(set(labels)) if labels else None,
            reference_score=mean([c.reference_score for c, _ in chosen]),
            score=mean([c.score for c, _ in chosen]),
            difference=crossed_interval(differences[None, :], clusters=labels),
            share=True,
            flips=None,
            higher_is_better=first.higher_is_better,
            primary=True,
        )
    ]


def _note_missing(reference: str, one: Task, model: str, other: Task, result: Compared) -> None:
    for name, task, lacking in ((reference, one, other), (model, other, one)):
        only = [document for document in task.asked if document not in lacking.asked]
        if only:
            some = ", ".join(only[:5]) + (", ..." if len(only) > 5 else "")
            result.notes.append(
                f"{one.name}: {len(only)} documents in the log of {name} alone (doc_id {some}) are "
                "in no comparison"
            )


def _check_reported(
    name: str,
    task: Task,
    kind: tuple[str, str],
    scores: np.ndarray,
    documents: int,
    notes: list[str],
) -> None:
    """A note where lm-eval's own number is not the mean over the documents."""
    reported = task.reported.get(",".join(kind))
    if not isinstance(reported, int | float) or documents < len(task.asked):
        return
    if abs(reported - scores.mean()) > 1e-6 * max(1.0, abs(reported)):
        notes.append(
            f"{task.name}: lm-eval reports {','.join(kind)} {reported:.4g} for {name}, the mean over "
            f"documents is {scores.mean():.4g}: it is no mean, or samples are missing"
        )


def too_few(comparison: Comparison) -> bool:
    """Whether a bootstrap interval over so few documents or clusters is too narrow."""
    return (comparison.clusters or comparison.documents) < _FEW
