"""Logs as lm-eval writes them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

Rows = list[dict[str, Any]]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make_rows(
    right: str,
    metric: str = "acc",
    filters: Sequence[str] = ("none",),
    prompt: str = "Q{}",
    **changes: Any,
) -> Rows:
    """Rows as lm-eval hands them to its own writer."""
    made = []
    for name in filters:
        for index, char in enumerate(right):
            doc = {"question": f"q{index}", "meta": {"topic": index // 6}}
            text = prompt.format(index)
            made.append(
                {
                    "doc_id": index,
                    "doc": doc,
                    "target": index,
                    "arguments": [(text, {"until": ["\n"]})],
                    "resps": [["x"]],
                    "filtered_resps": ["x"],
                    "filter": name,
                    "metrics": [metric],
                    "doc_hash": digest(json.dumps(doc, indent=2)),
                    "prompt_hash": digest(text),
                    "target_hash": digest(str(index)),
                    metric: float(char),
                    **changes,
                }
            )
    return made


def make_results(
    tasks: dict[str, Rows],
    config: dict[str, Any] | None = None,
    shots: int = 0,
    version: int = 1,
    higher: bool = True,
) -> dict[str, Any]:
    """What lm-eval hands to its writer next to the rows."""
    means: dict[str, dict[str, float]] = {}
    for name, made in tasks.items():
        metric = made[0]["metrics"][0]
        scores: dict[str, list[float]] = {}
        for row in made:
            value = row[metric] if isinstance(row[metric], float | int) else 0.0
            scores.setdefault(f"{metric},{row['filter']}", []).append(value)
        means[name] = {kind: fmean(values) for kind, values in scores.items()}
    return {
        "results": means,
        "configs": {name: {"metric_list": ["acc"], **(config or {})} for name in tasks},
        "versions": dict.fromkeys(tasks, version),
        "n-shot": dict.fromkeys(tasks, shots),
        "higher_is_better": {name: {made[0]["metrics"][0]: higher} for name, made in tasks.items()},
        "config": {"fewshot_seed": 1234},
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes logs as lm-eval does (a test compares this with lm-eval's own writer)."""
    number = count()

    def write(
        model: str,
        tasks: dict[str, Rows],
        *,
        chat: str | None = None,
        folder: Path | None = None,
        **settings: Any,
    ) -> Path:
        path, turn = folder or tmp_path / f"out{next(number)}", next(number)
        date = f"2026-01-01T00-00-{turn:02}.000000"
        about: dict[str, Any] = {
            "model_name": model,
            "chat_template_sha": chat,
            "system_instruction_sha": None,
        }
        about |= {"fewshot_as_multiturn": 0}
        inner = path.parent if path.suffix == ".json" else path / model.replace("/", "__")
        stem = path.stem if path.suffix == ".json" else "results"
        inner.mkdir(parents=True, exist_ok=True)
        content = {**make_results(tasks, **settings), **about}
        (inner / f"{stem}_{date}.json").write_text(json.dumps(content))
        for name, made in tasks.items():
            lines = []
            for row in made:
                arguments = {
                    f"gen_args_{i}": {f"arg_{j}": part for j, part in enumerate(request)}
                    for i, request in enumerate(row["arguments"])
                }
                changed = {"arguments": arguments, "target": str(row["target"])}
                lines.append(json.dumps(row | changed) + "\n")
            (inner / f"samples_{name}_{date}.jsonl").write_text("".join(lines))
        return path

    return write


@pytest.fixture
def rows() -> Callable[..., Rows]:
    return make_rows


@pytest.fixture
def results() -> Callable[..., dict[str, Any]]:
    return make_results
