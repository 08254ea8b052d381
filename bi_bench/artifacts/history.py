"""The training history: a row per optimizer update, or per round of expert iteration.

A row is a JSON object with what the trainer logs; a field that it does not log is missing.

- ``step``: number of the update or round, from 1 in each phase; ``phase``: of RFT, from 0
- ``loss``, ``grad_norm`` (before clipping), ``learning_rate``: of the update; ``entropy``: mean entropy of
  the model's distribution of the next token, in nats
- ``num_tokens``: tokens processed so far; ``epoch``: passes over the data so far
- ``reward``: mean reward of the rollouts of the step, which reports draw; ``reward_std``: their standard
  deviation; ``frac_reward_zero_std``: share of the groups in which all rollouts earned the same
- ``completions/mean_length``: tokens of a rollout; ``completions/clipped_ratio``: share of the rollouts that
  were cut off at the length limit
- ``imitated``: completions that ``room.imitate`` was given in the step
- ``kept``, ``problems``: of expert iteration, rollouts that a round learns from, and of how many problems
- ``groups/resampled``, ``groups/uninformative``: groups that replaced others, and groups with equal rewards
  that are left, with ``resample_rounds``

A trainer of a plugin logs what it gives to ``room.step``. The others are TRL's own.
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
