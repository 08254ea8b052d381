"""The training history: a row per optimizer update, or per round of expert iteration.

A row is a JSON object. It has what the trainer logs, such as ``step``, ``loss``, ``grad_norm`` and
``learning_rate``; in RFT also ``reward``, the mean reward of the step, which reports draw.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bi_bench.artifacts.artifact import Json, damaged
from bi_bench.artifacts.tables import write_lines

HISTORY = "history.jsonl"

History = Sequence[Mapping[str, Json]]


def write_history(folder: Path, history: History) -> None:
    """Write ``history.jsonl``, a line per row."""
    write_lines(folder / HISTORY, history)


def read_history(folder: Path) -> list[dict[str, Json]]:
    """The rows of a stage; nothing where an outside trainer logged none."""
    file = folder / HISTORY
    if not file.exists():
        return []
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise damaged(file, str(error)) from None


def rewards(history: History) -> list[float]:
    """The mean reward of each step of RFT, phases one after the other."""
    found = (row.get("reward") for row in history)
    return [float(value) for value in found if isinstance(value, int | float)]
