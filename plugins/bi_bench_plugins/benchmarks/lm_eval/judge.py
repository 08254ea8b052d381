"""Evaluates a checkpoint with lm-eval, and reads the grades from its sample logs."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

from bi_bench.api import Answered, Grade, Problem, Subject, UserError, did_you_mean
from bi_bench_plugins.benchmarks.lm_eval.parameters import CatalogueParameters
from bi_bench_plugins.benchmarks.lm_eval.tasks import load_task, problem_of

_INVALID = "[invalid]"  # what lm-eval's filters give where they find no answer


def answers(
    params: CatalogueParameters, problems: Sequence[Problem], subject: Subject
) -> list[Answered]:
    """One answer a problem, in order. UserError if the data changed or the metric does not fit."""
    from lm_eval import simple_evaluate

    task, manager = load_task(params)
    name, documents = task.task_name, list(task.eval_docs)
    places = [problem.metadata["doc"] for problem in problems]
    for problem, place in zip(problems, places, strict=True):
        if place >= len(documents) or problem_of(task, place, documents[place]) != problem:
            raise UserError(f"{problem.id}: the data of the task changed since problems were drawn")
    model = _model(params.backend, subject)
    # lm-eval goes through the documents in their order, whatever the order of these.
    results = simple_evaluate(
        model=model,
        tasks=[task],
        task_manager=manager,
        num_fewshot=params.num_fewshot,
        samples={name: sorted(places)},
        bootstrap_iters=0,
        log_samples=True,
    )
    logged = results["samples"][name]
    kept = _choose("filter", params.filter, list(dict.fromkeys(row["filter"] for row in logged)))
    rows = {row["doc_id"]: row for row in logged if row["filter"] == kept}
    measured = rows[places[0]]["metrics"]
    first = next((each for each in task.aggregation() if each in measured), measured[0])
    metric = _choose("metric", params.metric, [first, *measured])
    return [_answered(task, model, rows[place], metric) for place in places]


def _model(backend: str, subject: Subject) -> Any:
    """lm-eval's model of the checkpoint: weights in float32 under Hugging Face, as in bi_bench."""
    from lm_eval.api.registry import get_model

    arguments: dict[str, Any] = {"pretrained": subject.model}
    if subject.revision:
        arguments["revision"] = subject.revision
    if backend == "vllm":
        if importlib.util.find_spec("vllm") is None:
            raise UserError("lm-eval: backend: vllm is not installed; pip install 'bi-bench[vllm]'")
        return get_model("vllm").create_from_arg_obj({**arguments, "dtype": subject.dtype})
    arguments |= {"dtype": "float32", "device": subject.device, "batch_size": subject.batch_size}
    if subject.dtype != "float32":
        arguments["mixed_precision_dtype"] = subject.dtype
    return get_model("hf").create_from_arg_obj(arguments)


def _choose(what: str, wanted: str, there: Sequence[str]) -> str:
    if not wanted:
        return there[0]
    if wanted not in there:
        known = ", ".join(dict.fromkeys(there))
        hint = did_you_mean(wanted, there) or "."
        raise UserError(f'lm-eval: {what}: the task has no "{wanted}"{hint} It has {known}')
    return wanted


def _answered(task: Any, model: Any, row: Mapping[str, Any], metric: str) -> Answered:
    value = row[metric]
    if value not in (0, 1):
        raise UserError(
            f"lm-eval: metric: {metric} of the task is {value!r} for a problem, which must be "
            f"right (1) or wrong (0); its metrics are {', '.join(row['metrics'])}"
        )
    if task.OUTPUT_TYPE != "generate_until":
        return Answered("", Grade(bool(value), parsed=True))
    text, found = row["resps"][0][0], row["filtered_resps"][0]
    tokens = len(model.tok_encode(text, add_special_tokens=False))
    limit = task.config.generation_kwargs.get("max_gen_toks", model.max_gen_toks)
    parsed = found != _INVALID
    grade = Grade(bool(value), parsed, found if parsed and isinstance(found, str) else None)
    return Answered(text, grade, tokens, truncated=tokens >= limit)
