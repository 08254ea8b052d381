"""Exports problems of a benchmark as a task folder of lm-eval: YAML, problems, grading."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import Benchmark, Split, UserError, stream
from bi_bench.artifacts.files import write_text
from bi_bench.lm_eval.task_folder import ExportedBenchmark, is_exported, task_name, write_problems
from bi_bench.plugins import files_of
from bi_bench.stages.draw import draw
from bi_bench.suite import Entry

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
{score}metadata:
  version: {version}
"""
_SCORE = """\
  - metric: score
    aggregation: mean
    higher_is_better: true
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


class ExportedTask(NamedTuple):
    """A task that was written, with the number of its problems."""

    name: str
    folder: Path
    problems: int

    @property
    def command(self) -> list[str]:
        """The call of lm-eval; the reader puts a model in the place of CHECKPOINT."""
        model = ["--model", "hf", "--model_args", "pretrained=CHECKPOINT,dtype=float32"]
        return ["lm_eval", *model, "--tasks", self.name, "--include_path", str(self.folder)]


def export_task(
    entry: Entry[Benchmark],
    split: Split,
    n: int,
    seed: int,
    name: str = "",
    folder: Path | None = None,
) -> ExportedTask:
    """Write ``task.yaml``, ``utils.py``, ``problems.jsonl`` and ``benchmark.json`` into ``folder``.

    At most ``n`` problems, those of a suite with this seed. Plugin files of the benchmark are
    copied. The name is made up if empty, and the folder is named like the task if not given.
    UserError if there is no problem, if the benchmark cannot grade by itself, if lm-eval cannot
    take the name, or if the folder holds other files.
    """
    benchmark: Benchmark = entry.plugin
    # The random numbers of the problems stage, so that a suite evaluates these problems.
    problems = draw(benchmark, split, n, stream(seed, "problems", split))
    name = name or task_name(entry.label, split)
    folder = folder or Path(name)
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
        raise UserError(f'"{name}" cannot name a task; use letters, digits, "_", "-" and "."')
    if folder.exists() and not is_exported(folder) and any(folder.iterdir()):
        raise UserError(f"{folder} holds other files; name a new folder with --out")
    benchmark.grade(problems[0], "")  # a benchmark that lm-eval cannot ask to grade raises here
    folder.mkdir(parents=True, exist_ok=True)
    plugin_file = _copy_plugin(files_of(entry.registered), folder)
    write_problems(folder, benchmark, problems)
    ExportedBenchmark(entry.identity(), plugin_file).write(folder)
    write_text(folder / "utils.py", _UTILS)
    task = _TASK.format(
        name=name,
        about=f"{entry.label}, split {split}, {len(problems)} problems, seed {seed}.",
        version=benchmark.version,
        max_new_tokens=benchmark.max_new_tokens,
        score=_SCORE if "score" in benchmark.provides else "",
    )
    write_text(folder / "task.yaml", task)
    return ExportedTask(name, folder, len(problems))


def _copy_plugin(files: Sequence[Path], folder: Path) -> str:
    """Copies a plugin file and what it needs of its own folder; its place in ``folder``."""
    copies = [Path("plugin") / file.relative_to(files[0].parent) for file in files]
    for file, copy in zip(files, copies, strict=True):
        (folder / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, folder / copy)
    return copies[0].as_posix() if copies else ""
