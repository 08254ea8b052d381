"""The micro run: a plugin in the smallest suite, through ``bi-bench run`` in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bi_bench.api import Benchmark, Strategy
from bi_bench.api.identity import Json
from bi_bench.suite import Entry
from bi_bench.testing.case import TOYS

MICRO = Path(__file__).with_name("micro.toml")
# Budgets of an algorithm that make it short; those that it has as parameters are set.
SHORT: Mapping[str, Json] = {"steps": 1, "prompts": 2, "group": 2}
TOP = ("analyses", "decoders")  # kinds that a suite has outside of its matrix
TRAINED = {"sft", "rl", "probe", "test-id"}


class SuiteRun(NamedTuple):
    """How ``bi-bench run`` ended. ``store``: where its stages are."""

    code: int
    output: str
    errors: str
    store: Path

    @property
    def rows(self) -> list[dict[str, Json]]:
        """The rows of its leaderboard, as ``report.json`` has them; empty if there is none."""
        rows: list[dict[str, Json]] = []
        for file in sorted((self.store / "runs").glob("*/report.json")):
            rows += json.loads(file.read_text())["rows"]
        return rows

    def files(self, name: str) -> list[Path]:
        """The files of this name in its stages, such as "table.json" of analyses."""
        return sorted((self.store / "stages").glob(f"*/{name}"))


def reference(axis: str) -> str:
    """The plugin that the micro suite has on an axis of the matrix."""
    (value,) = tomllib.loads(MICRO.read_text())["matrix"][axis]
    return str(value["name"] if isinstance(value, dict) else value)


def overrides(entry: Entry, files: Sequence[Path]) -> list[str]:
    """What puts a plugin into the micro suite, as ``--set`` takes it. ``files``: of all plugins of it."""
    kind, plugin = entry.registered.kind, entry.plugin
    together = dict.fromkeys(str(file.absolute()) for file in (*TOYS, *files))
    found = [f"plugins={to_toml(list(together))}"]
    table = {"name": entry.name, **entry.params.model_dump(mode="json"), **entry.unkeyed}
    if kind == "algorithms":
        table |= {key: value for key, value in SHORT.items() if key in table}
    if isinstance(plugin, Strategy) and "solution" in plugin.needs:
        found.append('matrix.benchmarks=["toy-text"]')
    if kind == "rewards":
        kind, table = "algorithms", {"name": reference("algorithms"), "reward": table, **SHORT}
    if kind == "engines":
        return [*found, f"engine={to_toml(table)}"]
    key = f"matrix.{kind}"
    if isinstance(plugin, Benchmark) and not set(plugin.splits) >= TRAINED:
        key = "defaults.evaluate.benchmarks"
    elif kind in TOP:
        key = kind
    return [*found, f"{key}=[{to_toml(table)}]"]


def too_long(entry: Entry) -> str:
    """The reason why a micro run would not be one; empty if it is."""
    if entry.registered.kind == "trainers":
        return "a suite names no trainer; check the algorithm that does"
    lacking = set(SHORT) - set(type(entry.params).model_fields)
    if entry.registered.kind == "algorithms" and lacking:
        return f"it has no parameter {' nor '.join(sorted(lacking))} that would make it short"
    return ""


def run_suite(suite: Path, changes: Sequence[str], store: Path, seconds: float = 600) -> SuiteRun:
    """Run a suite as a person would; TimeoutExpired if it takes longer than ``seconds``."""
    sets = [part for change in changes for part in ("--set", change)]
    command = [sys.executable, "-m", "bi_bench", "run", str(suite), "--store", str(store), *sets]
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "160"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=environment)
    return SuiteRun(done.returncode, done.stdout, done.stderr, store)


def to_toml(value: Json) -> str:
    """A value as TOML writes it in one line; keys without a value are left out."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(k)} = {to_toml(v)}" for k, v in value.items() if v is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, str | bool | int | float):
        return json.dumps(value)
    return "[" + ", ".join(map(to_toml, value or ())) + "]"
