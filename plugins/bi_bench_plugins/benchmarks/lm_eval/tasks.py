"""Loads tasks of lm-eval by name, and turns their documents into problems."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from bi_bench.api import Problem, UserError, did_you_mean
from bi_bench_plugins.benchmarks.lm_eval.parameters import CatalogueParameters

_KINDS = ("generate_until", "multiple_choice", "loglikelihood")


class Loaded(NamedTuple):
    """A task of lm-eval with the manager that it is from."""

    task: Any
    manager: Any


def load_task(params: CatalogueParameters) -> Loaded:
    """The task; UserError if it is not found, or cannot be evaluated here."""
    import httpx
    from lm_eval.tasks import TaskManager

    name, path = params.task, params.path or None
    # To index the whole catalogue takes many seconds; your own folder mostly suffices.
    manager = TaskManager(include_path=path, include_defaults=False) if path else None
    if manager is None or name not in manager.all_tasks:
        manager = TaskManager(include_path=path)
    if name not in manager.all_tasks:
        hint = did_you_mean(name, manager.all_tasks) or "; `lm_eval ls tasks` lists them"
        raise UserError(f'lm-eval has no task "{name}"{hint}')
    if name not in manager.all_subtasks:
        raise UserError(f'"{name}" is a group of lm-eval tasks; name one task of it')
    try:
        (task,) = manager.load([name])["tasks"].values()
    except (OSError, httpx.HTTPError) as error:  # no network, no such dataset
        raise UserError(
            f'the data of the lm-eval task "{name}" cannot be read ({type(error).__name__}: {error})'
        ) from None
    if getattr(task, "UNSAFE_CODE", False):
        raise UserError(
            f'the lm-eval task "{name}" runs code that the model wrote; that is refused'
        )
    if task.OUTPUT_TYPE not in _KINDS:
        raise UserError(f'the lm-eval task "{name}" ({task.OUTPUT_TYPE}) has no right and wrong')
    return Loaded(task, manager)


def problem_of(task: Any, index: int, doc: Mapping[str, Any]) -> Problem:
    """A document as a problem; ``metadata["doc"]`` is its place in the task."""
    text, target = task.doc_to_text(doc), task.doc_to_target(doc)
    # Where the choices are in the prompt, the text is the number of one: the document tells more.
    question = text if isinstance(text, str) else json.dumps(dict(doc), default=str)
    if isinstance(target, int) and task.config.doc_to_choice is not None:
        target = task.doc_to_choice(doc)[target]
    answer = target if isinstance(target, str) else json.dumps(target, default=str)
    return Problem(f"{task.task_name}/{index:06d}", question, answer, metadata={"doc": index})
