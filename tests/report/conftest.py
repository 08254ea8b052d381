from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bi_bench.artifacts.costs import Costs
from bi_bench.report.data.results import Results
from bi_bench.store import Store
from tests.factories import commit, results

SETTINGS = {"samples": 2, "temperature": 1.0, "batch_size": 256, "max_new_tokens": 96}
NOTHING: Mapping[str, Any] = {}
Files = Mapping[str, object]  # by name: text as it is, anything else as JSON
Flags = Sequence[str] | Mapping[int, str]


def outcomes(
    right: str,
    sampled: Sequence[Sequence[int]] | None = None,
    *,
    seed: int = 0,
    settings: Mapping[str, object] = SETTINGS,
    digest: str = "d1",
    **changes: object,
) -> dict[str, Any]:
    """An outcomes.json; ``right`` is "1100" for four problems of which the first two are right."""
    greedy = [char == "1" for char in right]
    n = len(greedy)
    return {
        "identity": {
            "problems": digest,
            "benchmark": {"name": "sums", "params": {"ops": 3}},
            "settings": dict(settings),
            "seed": seed,
        },
        "problems": [f"p{i}" for i in range(n)],
        "clusters": [None] * n,
        "answers": ["3" if i < n // 2 else str(i) for i in range(n)],
        "ops": [2] * n,
        "greedy": greedy,
        "sampled": sampled if sampled is not None else [[int(flag)] * 2 for flag in greedy],
        "derivation": [None] * n,
        "unparsed": 0.0,
        "truncated": 0.0,
        "tokens": 20.0,
        **changes,
    }


class Suite:
    """A store that is filled by hand, and the run record that goes with it."""

    outcomes = staticmethod(outcomes)
    settings = SETTINGS

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.cells: list[dict[str, Any]] = []
        self.reference = "vanilla"
        self.rewards: dict[str, list[str]] = {}
        self.more: dict[str, object] = {}  # what else the record has of the suite

    def commit(
        self,
        key: str,
        files: Files = NOTHING,
        costs: Mapping[str, Any] | Costs = NOTHING,
        declined: str | None = None,
        identity: Mapping[str, object] = NOTHING,
    ) -> None:
        stage = {"kind": "evaluate", "label": key, "identity": dict(identity), "parents": {}}
        with self.store.begin(key) as work:
            for name, content in files.items():
                text = content if isinstance(content, str) else json.dumps(content)
                (work.folder / name).write_text(text)
            commit(work, stage, costs, declined)

    def change(
        self,
        key: str,
        files: Files = NOTHING,
        identity: Mapping[str, object] = NOTHING,
        costs: Mapping[str, Any] | Costs | None = None,
    ) -> None:
        """Commit a stage again with other files next to those that it has, or with other costs."""
        folder, costs = self.store.folder(key), costs or self.store.costs(key)
        old = {path.name: path.read_text() for path in folder.iterdir()}
        shutil.rmtree(folder)
        kept = {n: text for n, text in old.items() if n not in ("stage.json", "costs.json")}
        self.commit(key, {**kept, **files}, costs, identity=identity)

    def cell(
        self,
        strategy: str = "vanilla",
        seed: int = 0,
        *,
        splits: Sequence[str] = ("test-id",),
        skip: str = "",
        **labels: str,
    ) -> dict[str, Any]:
        """A cell of which no stage has run; keys say what they are."""
        axes = {"benchmark": "sums", "model": "tiny", "algorithm": "grpo", **labels}
        named = {**axes, "strategy": strategy, "seed": seed}
        own = "-".join(map(str, named.values())).encode().hex()
        roles = ["base", "problems/sft", "augment", "sft", "probe", "rft"]
        roles += [f"{when}/{split}" for split in splits for when in ("pre", "post")]
        keys = {role: f"{role.replace('/', '_')}_{own}" for role in roles}
        keys["base"] = "base_tiny"
        cell = {"axes": named, "stages": {} if skip else keys, "skip": skip}
        self.cells.append(cell)
        return cell

    def run(
        self,
        cell: dict[str, Any],
        pre: dict[str, Any],
        post: dict[str, Any],
        *,
        split: str = "test-id",
        probe: bool = True,
        declined: dict[str, int] | None = None,
    ) -> None:
        """Fill the stages of a cell that are not there yet."""
        keys = cell["stages"]
        seconds = {"base": 1000, "problems/sft": 1000, "augment": 5, "sft": 60, "rft": 100}
        for role, wall in seconds.items():
            if not self.store.has(keys[role]):
                tokens = {"sft": {"tokens_trained": 1000}}
                tokens["rft"] = {"tokens_trained": 500, "tokens_generated": 500}
                rewards = [{"phase": 0, "step": n, "reward": n / 10} for n in range(1, 5)]
                history = "".join(json.dumps(row) + "\n" for row in rewards)
                costs: dict[str, float] = {"wall_seconds": wall, **tokens.get(role, {})}
                made = {"problems": 50, "declined": declined or {}}
                files: dict[str, Files] = {
                    "rft": {"history.jsonl": history},
                    "augment": {"summary.json": made},
                }
                self.commit(keys[role], files.get(role, {}), costs)
        if probe and not self.store.has(keys["probe"]):
            summary = {"samples": 4, "problems": 2, "right": [1, 4], "accuracy": 0.625}
            summary |= {"informative": 0.5, "spread": 0.2165, "histogram": [0, 1, 0, 0, 1]}
            costs = {"wall_seconds": 10, "tokens_generated": 80}
            self.commit(keys["probe"], {"summary.json": summary}, costs)
        for when, result in (("pre", pre), ("post", post)):
            costs = {"wall_seconds": 2.5, "tokens_generated": 200}
            self.commit(keys[f"{when}/{split}"], {"outcomes.json": result}, costs)

    def arm(
        self,
        strategy: str,
        pre: Flags,
        post: Flags,
        seeds: Iterable[int] = (0, 1, 2),
        **labels: str,
    ) -> None:
        """One finished cell a seed; ``pre`` and ``post`` map a seed to "1100", or are that."""
        for seed in seeds:
            before, after = (s if isinstance(s, str) else s[seed] for s in (pre, post))
            cell = self.cell(strategy, seed, **labels)
            self.run(cell, outcomes(before, seed=seed), outcomes(after, seed=seed))

    @property
    def results(self) -> Results:
        """What there is now, read anew."""
        return results(self.record, self.store)

    @property
    def record(self) -> dict[str, Any]:
        return {
            "schema": 1,
            "suite": {
                "name": "quick",
                "description": "does it gain",
                "reference": self.reference,
                "rewards": self.rewards,
                "source": {},
                **self.more,
            },
            "numerics": {"device": "cpu", "dtype": "float32", "threads": 1},
            "command": "bi-bench run suites/quick.toml",
            "versions": {"bi_bench": "0.1.0", "numpy": "2.4.6"},
            "cells": self.cells,
            "stages": sorted({key for cell in self.cells for key in cell["stages"].values()}),
        }


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
    # Hundreds of tiny stages: nothing here has to outlive a power cut.
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    return Suite(tmp_path)
