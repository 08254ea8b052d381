"""Reads the logs of models: the scores of each task by metric, filter and document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bi_bench.api import UserError
from bi_bench.lm_eval.filters import UnnamedFilters
from bi_bench.lm_eval.log_files import Evaluation, find_evaluations
from bi_bench.lm_eval.results_file import NO_RESULTS, Metric, TaskResults
from bi_bench.lm_eval.samples import Asked, Sample, read_samples
from bi_bench.report.text import plain


@dataclass
class Task:
    """One task of one log. ``asked`` by document; ``scores`` by metric and document.

    A document with several answers has their mean, and the task is ``repeated``. ``unusable`` is
    why a metric is left out. ``results`` is what the results file has about the task.
    """

    name: str
    results: TaskResults = NO_RESULTS
    asked: dict[str, Asked] = field(default_factory=dict)
    scores: dict[Metric, dict[str, float]] = field(default_factory=dict)
    unusable: dict[Metric, str] = field(default_factory=dict)
    repeated: bool = False

    @property
    def has_results(self) -> bool:
        """True if there was a results file, without which settings are unknown."""
        return self.results is not NO_RESULTS


@dataclass(frozen=True)
class Log:
    """All tasks of one model. ``place``: the folder or file that the log was read from."""

    name: str
    place: str
    tasks: dict[str, Task]
    notes: list[str]


def read_logs(paths: Sequence[Path], cluster: str = "", names: Sequence[str] = ()) -> list[Log]:
    """The logs below folders, or in files, in order; ``cluster`` is a field of the documents.

    ``names`` are the models' names, one for each log; without them they are those that lm-eval
    logged, or places where these are equal. UserError where there are no logs, where a line has not
    the shape that lm-eval writes, where one folder holds a task of two models, and for names that
    are too few, too many or equal.
    """
    logs = [log for path in paths for log in _logs(path, cluster)]
    logged = [log.name for log in logs]
    logs = [replace(log, name=log.place) if logged.count(log.name) > 1 else log for log in logs]
    if not names:
        return logs
    if len(names) != len(logs) or len(set(names)) < len(names):
        models = ", ".join(log.name for log in logs)
        raise UserError(f"--name: give {len(logs)} different names, for {models}")
    return [replace(log, name=name) for log, name in zip(logs, names, strict=True)]


def _logs(path: Path, cluster: str) -> Iterator[Log]:
    folders = find_evaluations(path)
    for found in folders:
        place = str(path) if len(folders) == 1 else str(found[0].samples.parent)
        yield _log(found, place, cluster)


def _log(evaluations: Sequence[Evaluation], place: str, cluster: str) -> Log:
    by_task: dict[str, list[Evaluation]] = {}
    for evaluation in evaluations:
        by_task.setdefault(evaluation.task, []).append(evaluation)
    tasks, notes = {}, []
    for name, found in by_task.items():
        _check_models(found, f"{place}: task {name}")
        last = max(found, key=lambda each: each.date)
        if len(found) > 1 and not last.date:
            raise UserError(
                f"{place}: several evaluations of {name} next to one results file; "
                "give each its own folder"
            )
        if len(found) > 1:
            notes.append(
                f"{place}: {len(found)} evaluations of {name}, the last counts ({last.date})"
            )
        tasks[name] = _task(last, cluster)
        if not tasks[name].has_results:
            notes.append(
                f"{place}: no results file next to the samples of {name}, so few-shot settings and "
                "task version are known from the prompts alone"
            )
    _check_models(evaluations, f"{place}: samples")
    model = next((each.model for each in evaluations if each.model), "")
    return Log(_model(model) if model else place, place, tasks, notes)


def _check_models(evaluations: Iterable[Evaluation], what: str) -> None:
    models = sorted({each.model for each in evaluations if each.model})
    if len(models) > 1:
        raise UserError(
            f"{what} of several models ({', '.join(models)}) in one folder; name their *.jsonl files "
            "instead"
        )


def _model(name: str) -> str:
    """An id of the hub as it is; of a path the last part, so that no machine's paths are shown."""
    return plain(name.rstrip("/").rpartition("/")[2] if name.count("/") != 1 else name) or "model"


def _task(evaluation: Evaluation, cluster: str) -> Task:
    name, file, results = evaluation.task, evaluation.samples, evaluation.results
    task = Task(name, results.task(name) if results else NO_RESULTS)
    filters = UnnamedFilters(task.results)
    answers: dict[tuple[Metric, str], int] = {}
    for sample in read_samples(file, cluster):
        named = sample.filter
        if named is None:
            named = filters.name(sample.document, sample.place)
        _add(task, sample, named, answers)
    if not task.asked:
        raise UserError(f"{file}: no document in it")
    task.unusable |= filters.doubtful(task.scores, file)
    task.repeated = any(count > 1 for count in answers.values())
    for metric in task.unusable:
        task.scores.pop(metric, None)
    return task


def _add(task: Task, sample: Sample, named: str, answers: dict[tuple[Metric, str], int]) -> None:
    """Adds a sample to the task; ``answers`` counts those of each metric and document."""
    document = sample.document
    if task.asked.setdefault(document, sample.asked) != sample.asked:
        raise UserError(f"{sample.place}: doc_id {document} stands for two documents or prompts")
    for name, why in sample.unusable.items():
        task.unusable.setdefault(Metric(name, named), why)
    for name, value in sample.scores.items():
        metric = Metric(name, named)
        scores = task.scores.setdefault(metric, {})
        # The mean of several answers to a document, without keeping them.
        n = answers[metric, document] = answers.get((metric, document), 0) + 1
        before = scores.get(document, 0.0)
        scores[document] = before + (value - before) / n
