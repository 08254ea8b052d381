"""Exports scores in the shape of the ``results_*.json`` that lm-eval writes, for tools that read those."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from statistics import fmean, stdev

from bi_bench.artifacts.files import write_text
from bi_bench.artifacts.outcomes import Outcomes
from bi_bench.artifacts.role import EVALUATIONS, Role
from bi_bench.lm_eval.task_folder import task_name
from bi_bench.report.data.results import Results
from bi_bench.report.exports.checkpoints import Checkpoint, read_checkpoints


def _metrics(outcomes: Outcomes) -> list[str]:
    # Which greedy answers had no answer in them is not in every record, so "parsed" is left out.
    return ["acc", "score"] if outcomes.partial else ["acc"]


def write_results(results: Results, folder: Path) -> Iterator[Path]:
    """Write the results of each checkpoint, before and after RFT, below ``folder``; yields each file."""
    for checkpoint in read_checkpoints(results):
        split = next(iter(checkpoint.pairs))
        for when in EVALUATIONS:
            created = results.stage(checkpoint.cell.keys[Role.of(when, split)]).created
            path, text = lm_eval_results(checkpoint, when, created, results.record.versions)
            write_text(folder / path, text)
            yield folder / path


def lm_eval_results(
    checkpoint: Checkpoint, when: str, created: str, versions: Mapping[str, str | None]
) -> tuple[str, str]:
    """Path (as lm-eval names it, folder of the model first) and text of one results file.

    ``when``: "pre" for the SFT model, "post" for that after RFT. Standard errors are over problems,
    as lm-eval's are. What bi_bench does not know is null, as it is in lm-eval.
    """
    name = f"{checkpoint.slug}-{'sft' if when == 'pre' else 'rft'}"
    found: dict[str, Outcomes] = {
        task_name(checkpoint.cell.arm.benchmark, split): pair.pre if when == "pre" else pair.post
        for split, pair in checkpoint.pairs.items()
    }
    stamp = datetime.fromisoformat(created)
    content = {
        "results": {task: _scores(task, outcomes) for task, outcomes in found.items()},
        "group_subtasks": {},
        "configs": {task: _config(task, outcomes) for task, outcomes in found.items()},
        "versions": {task: _version(outcomes) for task, outcomes in found.items()},
        "n-shot": dict.fromkeys(found, 0),
        "higher_is_better": {
            task: dict.fromkeys(_metrics(one), True) for task, one in found.items()
        },
        "n-samples": {
            task: {"original": len(one.problems), "effective": len(one.problems)}
            for task, one in found.items()
        },
        "config": {
            "model": "bi_bench",
            "model_args": {"pretrained": name},
            "batch_size": None,
            "device": checkpoint.rft.device,
            "limit": None,
            "bootstrap_iters": 0,
            "gen_kwargs": {},
        },
        "git_hash": None,
        "date": stamp.timestamp(),
        "transformers_version": versions.get("transformers"),
        "lm_eval_version": None,
        "upper_git_hash": None,
        "task_hashes": {},
        "model_source": "bi_bench",
        "model_name": name,
        "model_name_sanitized": name,
        "system_instruction": None,
        "system_instruction_sha": None,
        "fewshot_as_multiturn": None,
        "chat_template": None,
        "chat_template_sha": None,
        "total_evaluation_time_seconds": None,
    }
    date = stamp.replace(tzinfo=None).isoformat(timespec="microseconds").replace(":", "-")
    return f"{name}/results_{date}.json", json.dumps(content, indent=2) + "\n"


def _scores(task: str, outcomes: Outcomes) -> dict[str, object]:
    n = len(outcomes.problems)
    right = sum(outcomes.greedy) / n
    return {
        "name": task,
        "alias": task,
        "sample_len": n,
        "acc,none": right,
        # That of lm-eval's mean: the sample's standard deviation over the root of n.
        "acc_stderr,none": math.sqrt(right * (1 - right) / (n - 1)) if n > 1 else "N/A",
    } | _credit(outcomes)


def _credit(outcomes: Outcomes) -> dict[str, object]:
    """The mean partial credit, where there is any."""
    if not outcomes.partial:
        return {}
    n = len(outcomes.scores)
    error = stdev(outcomes.scores) / math.sqrt(n) if n > 1 else "N/A"
    return {"score,none": fmean(outcomes.scores), "score_stderr,none": error}


def _config(task: str, outcomes: Outcomes) -> dict[str, object]:
    return {
        "task": task,
        "output_type": "generate_until",
        "num_fewshot": 0,
        "repeats": 1,
        "generation_kwargs": {
            "until": [],
            "do_sample": False,
            "temperature": 0.0,
            "max_gen_toks": outcomes.identity.settings.max_new_tokens,
        },
        "metric_list": [
            {"metric": name, "aggregation": "mean", "higher_is_better": True}
            for name in _metrics(outcomes)
        ],
        "metadata": {"version": _version(outcomes), "identity": outcomes.identity.to_json()},
    }


def _version(outcomes: Outcomes) -> object:
    return outcomes.identity.benchmark.get("version", 1)
