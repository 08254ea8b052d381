"""Writes problems of a benchmark as a task folder of lm-eval (YAML, problems, grading)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bi_bench.api import Benchmark, Problem, UserError
from bi_bench.store import write_text

# ``until`` is empty: like bi_bench, lm-eval then stops at the end-of-sequence token alone. Prompts are
# a column, which lm-eval takes as it is; a template would strip or render what is in it.
_TASK = """\
# {about}
# Grades with bi_bench, which must be installed. No chat template, no few-shot examples:
#   lm_eval --model hf --model_args pretrained=CHECKPOINT,dtype=float32 --tasks {name} --include_path .
task: "{name}"
custom_dataset: !function utils.problems
test_split: test
output_type: generate_until
doc_to_text: prompt
doc_to_target: answer
process_results: !function utils.process_results
num_fewshot: 0
description: ""
target_delimiter: ""
fewshot_delimiter: ""
repeats: 1
generation_kwargs:
  until: []
  do_sample: false
  temperature: 0.0
  max_gen_toks: {max_new_tokens}
metric_list:
  - metric: acc
    aggregation: mean
    higher_is_better: true
  - metric: parsed
    aggregation: mean
    higher_is_better: true
metadata:
  version: {version}
"""

_UTILS = '''\
"""What task.yaml names: the problems next to this file, and bi_bench's grading of answers."""

from pathlib import Path

from bi_bench.lm_eval import task_runtime

HERE = Path(__file__).parent


def problems(**_):
    return task_runtime.problems(HERE)


def process_results(doc, results):
    return task_runtime.grade(HERE, doc, results[0])
'''

MARK = "benchmark.json"  # a folder with this file is an export, which another export may replace


def task_name(benchmark: str, split: str) -> str:
    """The task's name unless a user gives one: ``bi_bench_igsm_test_id``."""
    return re.sub(r"\W", "_", f"bi_bench_{benchmark}_{split}")


def write_lm_eval_task(
    folder: Path,
    name: str,
    about: str,
    benchmark: Benchmark,
    problems: Sequence[Problem],
    identity: Mapping[str, Any],
    plugin_files: Sequence[Path] = (),
) -> None:
    """Write ``task.yaml``, ``utils.py``, ``problems.jsonl`` and ``benchmark.json`` into ``folder``.

    ``identity`` is the benchmark as content keys see it, parameters included; ``plugin_files`` the
    file it comes from if that is not a package, and what that needs of its folder, which are copied.
    UserError if there is no problem,
    if the benchmark cannot grade by itself, or if the folder holds something else.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise UserError(f'"{name}" cannot name a task; use letters, digits, "_", "-" and "."')
    if not problems:
        raise UserError(f"benchmark {benchmark.name} yields no problems for this split")
    if folder.exists() and not (folder / MARK).exists() and any(folder.iterdir()):
        raise UserError(f"{folder} holds other files; name a new folder with --out")
    benchmark.grade(problems[0], "")  # a benchmark that lm-eval cannot ask to grade says so now
    folder.mkdir(parents=True, exist_ok=True)
    copies = [Path("plugin") / file.relative_to(plugin_files[0].parent) for file in plugin_files]
    for file, copy in zip(plugin_files, copies, strict=True):
        (folder / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / copy)
    rows = [
        {
            "id": problem.id,
            "prompt": benchmark.ask(problem),
            "answer": problem.answer,
            "problem": problem.to_json(),
        }
        for problem in problems
    ]
    write_text(folder / "problems.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    content = {"benchmark": dict(identity), "plugin_file": copies[0].as_posix() if copies else ""}
    write_text(folder / MARK, json.dumps(content, indent=1, sort_keys=True) + "\n")
    write_text(folder / "utils.py", _UTILS)
    fields = {"name": name, "about": about, "version": benchmark.version}
    task = _TASK.format(**fields, max_new_tokens=benchmark.max_new_tokens)
    write_text(folder / "task.yaml", task)
