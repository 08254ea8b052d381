"""Reads the ``results_*.json`` of lm-eval: model, settings and scores, by task.

Settings are JSON values of any type (``object`` here): they are compared and shown, and nothing is
computed with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import UserError
from bi_bench.api.text import read_json

Table = Mapping[str, object]

# The fields of a task's configuration that decide scores and do not show in the prompts.
DECISIVE = (
    "output_type",
    "generation_kwargs",
    "repeats",
    "filter_list",
    "metric_list",
    "process_results",
)
NO_FILTER = "none"  # lm-eval's name for answers that are graded as they are
_PROMPTING = ("system_instruction_sha", "chat_template_sha", "fewshot_as_multiturn")
# The fields of a results file that are tables by task or by setting.
_TABLES = ("results", "configs", "versions", "n-shot", "higher_is_better", "config")
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class Metric(NamedTuple):
    """A score of a task: the metric and the filter of answers that it was computed after."""

    name: str
    filter: str

    @property
    def key(self) -> str:
        """The key of the score in a results file: "acc,none"."""
        return ",".join(self)


class TaskResults(NamedTuple):
    """One task of a results file.

    ``settings``: the fields that two logs must share, by name. ``prompting``: the fields that
    explain why prompts differ. ``higher_is_better`` by metric name; ``scores`` by ``Metric.key``.
    """

    settings: Table
    prompting: Table
    higher_is_better: Table
    scores: Table


NO_RESULTS = TaskResults({}, {}, {}, {})


class ResultsFile(NamedTuple):
    """One results file. ``model_name`` and ``model_args`` are empty where lm-eval wrote none.

    ``scores``, ``configs``, ``versions``, ``shots`` and ``higher_is_better`` have one entry a task.
    """

    model_name: str
    model_args: str
    scores: Table
    configs: Table
    versions: Table
    shots: Table
    higher_is_better: Table
    prompting: Table

    @property
    def tasks(self) -> list[str]:
        """The names of the tasks."""
        return list(self.configs or self.scores)

    def task(self, name: str) -> TaskResults:
        """The fields of one task, None or empty where the file has none."""
        config = _entry(self.configs, name)
        settings = {
            "version": self.versions.get(name),
            "num_fewshot": self.shots.get(name, config.get("num_fewshot")),
            **{field: _without_address(config.get(field)) for field in DECISIVE},
        }
        better, scores = _entry(self.higher_is_better, name), _entry(self.scores, name)
        return TaskResults(settings, self.prompting, better, scores)


def read_results(file: Path) -> ResultsFile | None:
    """The results in a JSON file, None where it holds something else.

    UserError where the file cannot be read or has not the shape that lm-eval writes: its settings
    may forbid a comparison.
    """
    content = read_json(file)
    if not isinstance(content, dict) or "results" not in content:
        return None
    tables: dict[str, Table] = {}
    for part in _TABLES:
        tables[part] = content.get(part, {})
        if not isinstance(tables[part], Mapping):
            raise UserError(f"{file}: {part} is not a table; not results as lm-eval writes them")
    config = tables["config"]
    prompting = {field: content.get(field) for field in _PROMPTING}
    return ResultsFile(
        model_name=str(content.get("model_name") or ""),
        model_args=str(config.get("model_args") or ""),
        scores=tables["results"],
        configs=tables["configs"],
        versions=tables["versions"],
        shots=tables["n-shot"],
        higher_is_better=tables["higher_is_better"],
        prompting=prompting | {"fewshot_seed": config.get("fewshot_seed")},
    )


def _entry(table: Table, name: str) -> Table:
    found = table.get(name)
    return found if isinstance(found, Mapping) else {}


def _without_address(value: object) -> object:
    """Without the addresses of functions, which differ from process to process."""
    return _ADDRESS.sub("", value) if isinstance(value, str) else value
